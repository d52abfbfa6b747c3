import DequeModule
import VimapBytes

/// A pool whose workers are in the program's own process: an input is mapped when its result is
/// asked for.
final class InlineEngine<Sent: Codable, Output: Codable>: PoolEngine {
  private var routines: [any WorkerRoutine<Sent, Output>]
  private let retries: Int
  private let retryWhen: (WorkerError) -> Bool
  private var sources: Deque<any InputSource> = []
  private var results: Deque<Taken<Output>> = []
  private var frame = ByteBuffer()
  private var taken = 0
  private var hasStarted = false
  var closesWhenDone = false
  private(set) var isClosed = false

  init(_ options: PoolOptions, _ routines: [any WorkerRoutine<Sent, Output>]) {
    self.routines = routines
    retries = options.retries
    retryWhen = options.retryWhen
  }

  func add(_ source: any InputSource) throws(PoolError) {
    guard !isClosed else { throw .closed }
    sources.append(source)
  }

  var inFlight: Int { results.count }
  var hasUnread: Bool { !isClosed && (!sources.isEmpty || !results.isEmpty) }

  func advance() -> PoolStep<Output> {
    if !hasStarted { startAll() }
    while true {
      if let result = results.popFirst() { return .result(result) }
      guard !isClosed, let source = sources.first, !routines.isEmpty else {
        if closesWhenDone || routines.isEmpty { close() }
        return .end
      }
      pull(source)
    }
  }

  private func startAll() {
    hasStarted = true
    var ready: [any WorkerRoutine<Sent, Output>] = []
    for (number, routine) in routines.enumerated() {
      var routine = routine
      do {
        try routine.start()
        ready.append(routine)
      } catch {
        var failure = WorkerError(.startFailed, error, record: nil, attempts: 1)
        failure.worker = number
        results.append(Taken(outcome: .failure(failure)))
      }
    }
    routines = ready
  }

  private func pull(_ source: any InputSource) {
    let kept = source.makeKept()
    frame.removeAll()
    switch source.pull(kept, &frame) {
    case .ended: sources.removeFirst()
    case .unsendable(let error):
      taken += 1
      let failure = WorkerError(.unsendableInput, error, record: taken - 1, attempts: 0)
      results.append(Taken(outcome: .failure(failure), kept: kept))
    case .value:
      taken += 1
      map(kept)
    }
  }

  /// Has the next worker in turn map the input in `frame`.
  private func map(_ kept: KeptInputs) {
    let number = (taken - 1) % routines.count
    let bytes = SharedBytes(copying: frame.view)
    var attempt = 1
    while true {
      let desk = InlineDesk<Sent, Output>(bytes, record: taken - 1, attempt, worker: number)
      do {
        try routines[number].serve(desk)
      } catch {
        // It asked to leave: the one that takes its place here is itself.
        routines[number].finish()
        try? routines[number].start()
      }
      if case .failure(let failure)? = desk.outcome, failure.kind == .thrown, attempt <= retries,
        retryWhen(failure)
      {
        attempt += 1
        continue
      }
      for failure in desk.loose { results.append(Taken(outcome: .failure(failure))) }
      if let outcome = desk.outcome { results.append(Taken(outcome: outcome, kept: kept)) }
      return
    }
  }

  func wait(atMost limit: Duration?) {}
  func waitElsewhere(atMost limit: Duration?, isolation: isolated (any Actor)?) async {}

  func close() {
    if isClosed { return }
    isClosed = true
    sources.removeAll()
    if hasStarted { for index in routines.indices { routines[index].finish() } }
  }
}

/// The desk of a worker in the program's process, with one input on it.
final class InlineDesk<Input: Codable, Output: Codable>: WorkerDesk {
  private let bytes: SharedBytes
  private let record: Int
  private let attempt: Int
  private let worker: Int
  private var isTaken = false
  private(set) var outcome: Result<Output, WorkerError>?
  private(set) var loose: [WorkerError] = []

  init(_ bytes: SharedBytes, record: Int, _ attempt: Int, worker: Int) {
    self.bytes = bytes
    self.record = record
    self.attempt = attempt
    self.worker = worker
  }

  var openCount: Int { isTaken && outcome == nil ? 1 : 0 }

  func take() -> Input? {
    if isTaken { return nil }
    isTaken = true
    do {
      return try ValueCodec<Input>().decode(bytes, 0, bytes.bytes.count)
    } catch {
      fail(.unreadableInput, error)
      return nil
    }
  }

  func answer(_ output: Output) -> Bool {
    guard openCount > 0 else { return false }
    // By way of bytes, so that an output that cannot travel is noticed here too.
    let codec = ValueCodec<Output>()
    var buffer = ByteBuffer()
    do {
      try codec.encode(output, to: &buffer)
    } catch {
      fail(.unsendableOutput, error)
      return true
    }
    do {
      let copy = SharedBytes(copying: buffer.view)
      outcome = .success(try codec.decode(copy, 0, copy.bytes.count))
    } catch {
      fail(.unreadableOutput, error)
    }
    return true
  }

  func fail(_ kind: WorkerError.Kind, _ error: any Error) {
    guard openCount > 0 else { return }
    outcome = .failure(signed(WorkerError(kind, error, record: record, attempts: attempt)))
  }

  func reportSurplus() {
    loose.append(
      signed(
        WorkerError(
          .surplusOutput,
          "the worker yielded an output more than it had inputs, behind that for input \(record)",
          record: record, attempts: attempt)))
  }

  private func signed(_ failure: WorkerError) -> WorkerError {
    var failure = failure
    failure.worker = worker
    return failure
  }
}
