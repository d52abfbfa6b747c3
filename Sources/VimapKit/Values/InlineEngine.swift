import DequeModule
import VimapBytes

/// A pool whose workers are in the program's own process: an input is mapped when its result is
/// asked for. Values go by way of bytes, so that what cannot travel is noticed here too.
final class InlineEngine<Sent: Codable, Output: Codable>: PoolEngine {
  private var routines: [any WorkerRoutine<Sent, Output>]
  private let onNotice: (PoolNotice) -> Void
  private let retries: Int
  private let retryWhen: (WorkerError) -> Bool
  private var sources: Deque<InputSource> = []
  private var results: Deque<ResultPiece> = []
  private let batch = BatchWriter()
  private var taken = 0
  private var unfinished = 0
  private var hasStarted = false
  var closesWhenDone = false
  private(set) var isClosed = false

  init(_ options: PoolOptions, _ routines: [any WorkerRoutine<Sent, Output>]) {
    self.routines = routines
    onNotice = options.onNotice
    retries = options.retries
    retryWhen = options.retryWhen
  }

  func add(_ source: InputSource) throws(PoolError) {
    guard !isClosed else { throw .closed }
    sources.append(source)
  }

  var inFlight: Int { unfinished }
  var hasInputs: Bool { !sources.isEmpty }

  func noteHandedOut(_ count: Int) { unfinished -= count }

  func advance() -> PoolStep {
    if !hasStarted { startAll() }
    while true {
      if let piece = results.popFirst() { return .results(piece) }
      guard !isClosed, let source = sources.first, !routines.isEmpty else {
        if closesWhenDone || routines.isEmpty { close() }
        return .end
      }
      map(source)
    }
  }

  func lookAround() {}
  func release(_ piece: ResultPiece) {}
  func wait(atMost limit: Duration?) {}
  func waitElsewhere(atMost limit: Duration?, isolation: isolated (any Actor)?) async {}

  private func startAll() {
    hasStarted = true
    var ready: [any WorkerRoutine<Sent, Output>] = []
    var lastFailure: (any Error)?
    for (number, routine) in routines.enumerated() {
      var routine = routine
      do {
        try routine.start()
        ready.append(routine)
      } catch {
        lastFailure = error
        reportFailedStart(number, error)
      }
    }
    if ready.isEmpty, let error = lastFailure {
      onNotice(.noWorkerLeft(reason: "\(error)"))
    }
    routines = ready
  }

  private func reportFailedStart(_ number: Int, _ error: any Error) {
    var failure = WorkerError(.startFailed, error, record: nil, attempts: 1)
    failure.worker = number
    add(failure.framed(), .exception, nil)
  }

  /// Has the next worker in turn map the next input.
  private func map(_ source: InputSource) {
    let kept = source.makeKept()
    batch.beginBatch(wanted: 1, room: 1)
    batch.sourceHasEnded = false
    source.pull(kept, batch)
    // The sequence itself may have closed the pool.
    if isClosed { return }
    if batch.sourceHasEnded {
      sources.removeFirst()
      return
    }
    kept.first = taken
    taken += 1
    unfinished += 1
    if let refusal = batch.takeRefusal() {
      let failure = WorkerError(.unsendableInput, refusal, record: taken - 1, attempts: 0)
      return add(failure.framed(), .exception, kept)
    }
    let input = SharedBytes(copying: batch.bytes)
    let number = (taken - 1) % routines.count
    var attempt = 1
    var restartFailure: (number: Int, error: any Error)?
    while true {
      let runtime = InlineRuntime<Sent, Output>(input, record: taken - 1, attempt, worker: number)
      do {
        try routines[number].serve(runtime)
      } catch {
        // It asked to leave: the one that takes its place here is itself.
        routines[number].finish()
        do { try routines[number].start() } catch { restartFailure = (number, error) }
      }
      if let failure = runtime.failure, failure.kind == .thrown, attempt <= retries,
        retryWhen(failure)
      {
        attempt += 1
        continue
      }
      for failure in runtime.loose { add(failure.framed(), .exception, nil) }
      if let failure = runtime.failure {
        add(failure.framed(), .exception, kept)
      } else if let output = runtime.output {
        add(output, .outputs, kept)
      }
      if let (number, error) = restartFailure {
        routines.remove(at: number)
        reportFailedStart(number, error)
      }
      return
    }
  }

  private func add(_ frame: SharedBytes, _ kind: Run.Kind, _ kept: KeptInputs?) {
    results.append(
      ResultPiece(
        bytes: frame.bytes, kind: kind, source: .own(frame), batch: 0, records: 0..<1,
        inputs: kept))
  }

  func closeElsewhere(isolation: isolated (any Actor)?) async { close() }

  func close() {
    if isClosed { return }
    isClosed = true
    sources.removeAll()
    if hasStarted { for index in routines.indices { routines[index].finish() } }
  }
}

/// The runtime of a worker in the program's process, with one input on it.
final class InlineRuntime<Input: Codable, Output: Codable>: WorkerRuntime {
  private let input: SharedBytes
  private let record: Int
  private let attempt: Int
  private let worker: Int
  private var isTaken = false
  /// The input's output, as it travels.
  private(set) var output: SharedBytes?
  private(set) var failure: WorkerError?
  /// Errors that are not the input's.
  private(set) var loose: [WorkerError] = []

  init(_ input: SharedBytes, record: Int, _ attempt: Int, worker: Int) {
    self.input = input
    self.record = record
    self.attempt = attempt
    self.worker = worker
  }

  var openCount: Int { isTaken && output == nil && failure == nil ? 1 : 0 }

  func haveInput() -> Bool { !isTaken }

  func take() -> Input? {
    if isTaken { return nil }
    isTaken = true
    do {
      let body = Frame.body(in: input.bytes, at: 0) ?? 0..<0
      return try ValueCodec<Input>().decode(input, body.lowerBound, body.count)
    } catch {
      fail(.unreadableInput, error)
      return nil
    }
  }

  func answer(_ output: Output) -> Bool {
    guard openCount > 0 else { return false }
    var buffer = ByteBuffer()
    Frame.begin(&buffer)
    do {
      try ValueCodec<Output>().encode(output, to: &buffer)
      guard Frame.end(&buffer) else { throw ValueTooLarge() }
      self.output = SharedBytes(copying: buffer.view)
    } catch {
      fail(.unsendableOutput, error)
    }
    return true
  }

  func fail(_ kind: WorkerError.Kind, _ error: any Error) {
    guard openCount > 0 else { return }
    failure = signed(WorkerError(kind, error, record: record, attempts: attempt))
  }

  func reportSurplus() {
    loose.append(signed(.surplus(behind: record, attempts: attempt)))
  }

  private func signed(_ failure: WorkerError) -> WorkerError {
    var failure = failure
    failure.worker = worker
    return failure
  }
}
