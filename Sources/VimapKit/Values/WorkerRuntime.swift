/// Where a worker of Swift values gets its inputs and leaves its outputs.
///
/// There is one for a worker in a process of its own, ``ForkedRuntime``, and one for a worker in
/// the program's, ``InlineRuntime``.
@usableFromInline
protocol WorkerRuntime<Input, Output>: AnyObject {
  associatedtype Input
  associatedtype Output

  /// Waits for an input; `false` where ``take()`` would give none.
  func haveInput() throws -> Bool

  /// Takes the next input. `nil` where there is none any more, or none before what was taken is
  /// answered.
  func take() throws -> Input?

  /// By what the input taken last is answered out of turn.
  var ticket: Ticket { get }

  /// Answers the oldest input that has been taken.
  func answer(_ output: Output) throws

  /// Says that the oldest input that has been taken has no output.
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws

  /// Answers an input.
  /// - Returns: `false` where it has been answered before.
  func answer(_ result: Result<Output, any Error>, to ticket: Ticket) throws -> Bool

  /// Inputs taken and not answered.
  var openCount: Int { get }
}

/// An input that a worker has taken.
@usableFromInline
struct Ticket: Equatable {
  var batch: UInt64 = 0
  var number = 0
}

/// What the worker of a slot does, of whichever form it is.
@usableFromInline
protocol WorkerRoutine<Input, Output> {
  associatedtype Input: Codable
  associatedtype Output: Codable

  mutating func start() throws
  mutating func finish() throws

  /// Serves a runtime until it has no more inputs.
  /// - Throws: ``WorkerIsLeaving`` where the worker does not go on.
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws
}

/// The worker asked to end, or has to: what it had taken is answered.
@usableFromInline
struct WorkerIsLeaving: Error {
  @inlinable init() {}
}

extension WorkerRuntime {
  /// Says that the oldest input that has been taken has no output, since the worker threw this.
  /// - Throws: ``WorkerIsLeaving`` if it threw a ``LastError``.
  @inlinable
  func fail(with error: any Error) throws {
    guard let last = error as? LastError else { return try fail(.thrown, error) }
    try fail(.thrown, last.error)
    throw WorkerIsLeaving()
  }
}

/// A ``Worker`` in its runtime.
@usableFromInline
struct RunningWorker<Hired: Worker>: WorkerRoutine {
  @usableFromInline typealias Input = Hired.Input
  @usableFromInline typealias Output = Hired.Output

  @usableFromInline var worker: Hired

  @inlinable
  init(worker: Hired) { self.worker = worker }

  @inlinable
  mutating func start() throws { try worker.start() }
  @inlinable
  mutating func finish() throws { try worker.finish() }

  @inlinable
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws {
    while let input = try runtime.take() {
      let output: Hired.Output
      do {
        output = try worker.process(input)
      } catch {
        try runtime.fail(with: error)
        continue
      }
      try runtime.answer(output)
    }
  }
}

/// An ``AsyncWorker`` in its runtime.
@usableFromInline
struct RunningAsync<Hired: AsyncWorker>: WorkerRoutine {
  @usableFromInline typealias Input = Hired.Input
  @usableFromInline typealias Output = Hired.Output

  private let box: Box

  // Unchecked, as one thing at a time is done with it, and waited for.
  private final class Box: @unchecked Sendable {
    var worker: Hired
    init(_ worker: Hired) { self.worker = worker }
  }

  @usableFromInline
  init(worker: Hired) { box = Box(worker) }

  @usableFromInline
  mutating func start() throws {
    try waitFor { [box] in try await box.worker.start() }
  }

  @usableFromInline
  mutating func finish() throws {
    try waitFor { [box] in try await box.worker.finish() }
  }

  @usableFromInline
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws {
    while let input = try runtime.take() {
      let output: Hired.Output
      do {
        output = try waitFor { [box] in try await box.worker.process(input) }
      } catch {
        try runtime.fail(with: error)
        continue
      }
      try runtime.answer(output)
    }
  }
}

/// A ``SequenceWorker`` in its runtime.
@usableFromInline
struct RunningSequence<Hired: SequenceWorker>: WorkerRoutine {
  @usableFromInline typealias Input = Hired.Input
  @usableFromInline typealias Output = Hired.Output

  @usableFromInline var worker: Hired

  @inlinable
  init(worker: Hired) { self.worker = worker }

  @usableFromInline
  mutating func start() throws { try worker.start() }
  @usableFromInline
  mutating func finish() throws { try worker.finish() }

  /// The text of an error that is the worker's own, and no error value of its.
  private struct Omission: Error, CustomStringConvertible {
    let description = "the worker returned without an answer to it"
  }

  @usableFromInline
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws {
    while try runtime.haveInput() {
      let desk = Desk(runtime)
      var thrown: any Error = Omission()
      var kind = WorkerError.Kind.missingOutput
      var isLeaving = false
      do {
        try worker.run(WorkItems { desk.take() })
      } catch {
        kind = .thrown
        thrown = (error as? LastError)?.error ?? error
        isLeaving = error is LastError
      }
      if let failure = desk.failure { throw failure }
      // A worker that takes nothing would be called again and again.
      if !desk.hasTaken { _ = try runtime.take() }
      while runtime.openCount > 0 { try runtime.fail(kind, thrown) }
      if isLeaving { throw WorkerIsLeaving() }
    }
  }
}

/// Where a ``SequenceWorker`` takes its inputs and leaves its answers.
private final class Desk<Runtime: WorkerRuntime> {
  private let runtime: Runtime
  private(set) var hasTaken = false
  /// What went wrong in the runtime itself, which the worker may not have passed on.
  private(set) var failure: (any Error)?

  init(_ runtime: Runtime) { self.runtime = runtime }

  func take() -> WorkItem<Runtime.Input, Runtime.Output>? {
    hasTaken = true
    guard failure == nil else { return nil }
    do {
      guard let input = try runtime.take() else { return nil }
      let ticket = runtime.ticket
      return WorkItem(input: input) { [self] in try put($0, for: ticket) }
    } catch {
      failure = error
      return nil
    }
  }

  private func put(_ result: Result<Runtime.Output, any Error>, for ticket: Ticket) throws {
    if let failure { throw failure }
    let isFirst: Bool
    do {
      isFirst = try runtime.answer(result, to: ticket)
    } catch {
      failure = error
      throw error
    }
    if !isFirst { throw AnsweredTwice() }
  }
}
