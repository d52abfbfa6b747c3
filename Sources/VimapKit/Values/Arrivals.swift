import DequeModule
import VimapSystem

/// Inputs of an asynchronous sequence on their way to the pool: a task takes them from the
/// sequence, no more than the pool has asked for.
@usableFromInline
final class Arrivals<Input: Sendable>: @unchecked Sendable {
  // Unchecked, as all of it is used under the lock.
  private let lock = Lock()
  private var inputs: Deque<Input> = []
  private var end: End?
  /// How many inputs the pool can use beyond those that are here.
  private var wanted = 0
  /// The task, where it waits to be asked for more.
  private var idle: CheckedContinuation<Bool, Never>?
  private var tell: @Sendable () -> Void = {}
  private var begin: (@Sendable () -> Task<Void, Never>)?
  private var task: Task<Void, Never>?

  private enum End {
    case complete
    case failed(any Error)
    case stopped
  }

  @usableFromInline
  enum Taken {
    case input(Input)
    case nothing
    case end((any Error)?)
  }

  /// Nothing is taken from the sequence before the pool asks.
  @usableFromInline
  init<Inputs: AsyncSequence & Sendable>(_ inputs: Inputs) where Inputs.Element == Input {
    begin = { [self] in Task { await take(from: inputs) } }
  }

  private func take<Inputs: AsyncSequence>(from inputs: Inputs) async
  where Inputs.Element == Input {
    var failure: (any Error)?
    do {
      var iterator = inputs.makeAsyncIterator()
      while await isWanted(), let input = try await iterator.next() { put(input) }
    } catch {
      failure = error
    }
    finish(failure)
  }

  private func isWanted() async -> Bool {
    await withCheckedContinuation { continuation in
      let answer: Bool? = lock.withLock {
        if end != nil { return false }
        if wanted > 0 { return true }
        idle = continuation
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  private func put(_ input: Input) {
    let tell = lock.withLock {
      inputs.append(input)
      wanted -= 1
      return self.tell
    }
    tell()
  }

  private func finish(_ failure: (any Error)?) {
    let tell = lock.withLock {
      if end == nil { end = failure.map { .failed($0) } ?? .complete }
      return self.tell
    }
    tell()
  }

  /// The next input, where it is there; else it is asked for.
  @usableFromInline
  func take(wanted count: Int) -> Taken {
    var waker: CheckedContinuation<Bool, Never>?
    let taken: Taken = lock.withLock {
      if let input = inputs.popFirst() { return .input(input) }
      switch end {
      case .complete, .stopped: return .end(nil)
      case .failed(let error): return .end(error)
      case nil: break
      }
      wanted = count
      waker = idle
      idle = nil
      if let begin {
        self.begin = nil
        task = begin()
      }
      return .nothing
    }
    waker?.resume(returning: true)
    return taken
  }

  @usableFromInline
  func onArrival(_ tell: @escaping @Sendable () -> Void) { lock.withLock { self.tell = tell } }

  @usableFromInline
  func stop() {
    let (waker, task) = lock.withLock {
      end = .stopped
      inputs = []
      begin = nil
      tell = {}
      defer { idle = nil }
      return (idle, self.task)
    }
    waker?.resume(returning: false)
    task?.cancel()
  }
}
