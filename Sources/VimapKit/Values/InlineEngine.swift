import VimapBytes
import VimapSystem

/// A pool whose workers are in the program's own process: an input is mapped when its result is
/// asked for. Values go by way of bytes, so that what cannot travel is noticed here too. Limits of
/// time are found out afterwards: nothing can be stopped.
final class InlineEngine<Sent: Codable, Output: Codable>: PoolEngine, @unchecked Sendable {
  private typealias Routine = any WorkerRoutine<Sent, Output>

  // Unchecked, as what changes is used under one of the locks: the workers under the first, which
  // is held while they work; all else under the second.
  private let work = Lock()
  private let lock = Lock()
  private let options: PoolOptions
  private let make: (Int) -> Routine
  private var workers: [SerialWorker] = []
  private var hasStarted = false
  private var turn = 0
  private var startFailure = "there is none"

  private var isLeaving = false
  private var done = 0
  private var failed = 0
  private var inFlight = 0
  private var badEnd: WorkerError?
  private var aftermath = Aftermath()
  private let started = Clock.now()

  private struct SerialWorker {
    let number: Int
    var routine: Routine
    var inputs = 0
  }

  init<Made: WorkerRoutine>(
    _ options: PoolOptions, jobs: Int, _ make: @escaping (Int) -> Made
  ) where Made.Input == Sent, Made.Output == Output {
    self.options = options
    self.make = make
    workers = (0..<jobs).map { SerialWorker(number: $0, routine: make($0)) }
  }

  // MARK: Reading

  func open(_ lane: Lane) throws(PoolError) {
    if isClosed { throw .closed }
    let lock = lock
    lane.onArrival { [weak lane] in
      guard let lane else { return }
      lock.withLock {
        lane.noteArrival()
        lane.waiter?.wake()
      }
    }
  }

  func next(for lane: Lane) throws -> ResultPiece? {
    while true {
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .wait(let waiter): waiter.wait()
      }
    }
  }

  func next(for lane: Lane, isolation: isolated (any Actor)?) async throws -> ResultPiece? {
    while true {
      try Task.checkCancellation()
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .wait(let waiter): await waiter.wait(isolation: isolation)
      }
    }
  }

  private enum Step {
    case results(ResultPiece)
    case end
    case wait(Waiter)
  }

  private func advance(_ lane: Lane) throws -> Step {
    defer { finishOff() }
    lookAround(for: lane)
    startAll()
    while true {
      let step: Step? = try lock.withLock {
        if let piece = lane.takeResults() { return .results(piece) }
        if isLeaving { throw PoolError.closed }
        if lane.isFinished {
          try lane.checkSource()
          return .end
        }
        guard lane.isSourceWaiting else {
          lane.noteTurn(0)
          return nil
        }
        let waiter = Waiter()
        lane.waiter = waiter
        return .wait(waiter)
      }
      if let step { return step }
      try map(lane)
    }
  }

  func lookAround(for lane: Lane) {
    lock.withLock {
      let count = lane.takeHandedOut()
      if lane.cursor.isException { failed += count } else { done += count }
      lane.noteHandedOut(count)
      inFlight -= count
      if lane.cursor.isAtEnd { _ = lane.endPiece() }
    }
  }

  func discard(_ lane: Lane) {
    lookAround(for: lane)
    // Kept until the lock is open, as values that the program lets go of may use the pool.
    let unwanted = lock.withLock {
      inFlight -= lane.unfinished
      return (lane.endPiece(), lane.discard())
    }
    lane.forgetInputs()
    withExtendedLifetime(unwanted) {}
  }

  // MARK: Working

  private func map(_ lane: Lane) throws {
    let filling = lane.fill(1, room: 1)
    let first = lane.taken
    switch filling {
    case .nothing: lock.withLock { lane.noteFilling() }
    case .refused(let kept, let refusal):
      lock.withLock {
        lane.noteFilling()
        let failure = WorkerError(.unsendableInput, refusal, record: first, attempts: 0)
        enter(kept, lane)
        add(.failure(failure), to: kept, of: lane)
      }
    case .batch(let kept):
      let input = SharedBytes(copying: lane.readyBytes)
      lock.withLock {
        lane.clearReady()
        lane.noteFilling()
        enter(kept, lane)
      }
      let result = try work.withLock { try map(input, record: first) }
      lock.withLock { if !lane.isDiscarded { add(result, to: kept, of: lane) } }
    }
  }

  private func enter(_ kept: KeptInputs, _ lane: Lane) {
    lane.enter(kept, records: 1, bytes: 0)
    inFlight += 1
  }

  private func add(
    _ result: Result<SharedBytes, WorkerError>, to kept: KeptInputs, of lane: Lane
  ) {
    let (frame, kind): (SharedBytes, Run.Kind) =
      switch result {
      case .success(let output): (output, .outputs)
      case .failure(let error): (error.framed(), .exception)
      }
    lane.add(
      ResultPiece(
        bytes: frame.bytes, kind: kind, source: .own(frame), batch: 0, records: 0..<1,
        inputs: kept), of: kept)
  }

  /// Has the next worker in turn map an input.
  private func map(_ input: SharedBytes, record: Int) throws -> Result<SharedBytes, WorkerError> {
    var attempt = 1
    while true {
      guard !workers.isEmpty else {
        throw isClosed ? PoolError.closed : PoolError.noWorkerLeft(reason: startFailure)
      }
      let place = turn % workers.count
      turn += 1
      let number = workers[place].number
      let runtime = InlineRuntime<Sent, Output>(input, record: record, attempt, worker: number)
      let begun = Clock.now()
      var isLeaving = false
      do { try workers[place].routine.serve(runtime) } catch { isLeaving = true }
      workers[place].inputs += 1
      let isLate = options.timeLimit.map { Clock.now() - begun > $0.nanoseconds } ?? false
      if isLeaving || isLate || workers[place].inputs == options.recycleAfter { replace(place) }
      let result = isLate ? .failure(runtime.late) : runtime.result
      guard case .failure(let failure) = result, attempt <= options.retries,
        failure.kind == .timedOut || failure.kind == .thrown && options.retryWhen(failure)
      else { return result }
      attempt += 1
    }
  }

  private func startAll() {
    work.withLock {
      if hasStarted { return }
      hasStarted = true
      for place in workers.indices.reversed() { start(place) }
    }
  }

  /// One that cannot be set up is there no more.
  private func start(_ place: Int) {
    let begun = Clock.now()
    var failure: WorkerError?
    do { try workers[place].routine.start() } catch {
      failure = WorkerError(.startFailed, error, record: nil, attempts: 1)
    }
    if failure == nil, let limit = options.startLimit, Clock.now() - begun > limit.nanoseconds {
      failure = WorkerError(.startFailed, "the worker was not ready within \(limit)")
    }
    guard var failure else { return }
    failure.worker = workers[place].number
    workers.remove(at: place)
    startFailure = "\(failure)"
    lock.withLock { aftermath.tell(.startFailed(failure)) }
  }

  private func replace(_ place: Int) {
    finish(workers[place])
    workers[place] = SerialWorker(
      number: workers[place].number, routine: make(workers[place].number))
    start(place)
  }

  private func finish(_ worker: SerialWorker) {
    var routine = worker.routine
    do { try routine.finish() } catch {
      var failure = WorkerError(.finishFailed, error, record: nil, attempts: 1)
      failure.worker = worker.number
      lock.withLock {
        if badEnd == nil { badEnd = failure }
        aftermath.tell(.finishFailed(failure))
      }
    }
  }

  /// Does what is to be done without a lock.
  private func finishOff() { lock.withLock { aftermath.take() }.carryOut(options) }

  // MARK: Progress and end

  var isClosed: Bool { lock.withLock { isLeaving } }

  var progress: PoolProgress {
    lock.withLock {
      PoolProgress(
        done: done, failed: failed, inFlight: inFlight,
        elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
    }
  }

  func close(isolation: isolated (any Actor)?) async throws(PoolError) { try close() }

  func close() throws(PoolError) {
    letGo()
    let error = lock.withLock {
      defer { badEnd = nil }
      return badEnd
    }
    if let error { throw .finish(error) }
  }

  func letGo() {
    let isFirst = lock.withLock {
      defer { isLeaving = true }
      return !isLeaving
    }
    guard isFirst else { return }
    work.withLock {
      if hasStarted { for worker in workers { finish(worker) } }
      workers = []
    }
    finishOff()
  }
}
