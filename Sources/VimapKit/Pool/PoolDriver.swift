import VimapBytes
import VimapJSON
import VimapSystem

/// Runs a pool: waits, feeds what happens to ``PoolState``, and carries out what it decides.
///
/// It belongs to a process with a single thread, which is what allows it to fork at any moment.
public final class PoolDriver {
  /// Makes the worker of a seat; called in the forked process.
  public typealias MakeWorker = (WorkerSeat) throws -> any PoolWorker

  let configuration: PoolConfiguration
  let slabs: InputSlabs
  let crew: WorkerCrew
  let failed: FailedLines?
  let composer: TupleComposer
  var state: PoolState
  var poll = PollSet()
  var report = RunReport()
  var flow: ResultFlow?
  /// Batches that are not answered whole.
  var batches: [UInt64: InputBatch] = [:]

  private var reader: RecordReader?
  private var interruptions: Interruptions?
  /// Bytes of batches that still count as in flight.
  private var bytesInFlight: [UInt64: Int] = [:]
  private var nextBatch: UInt64 = 0
  private var isInputWaiting = false
  /// There is more to be read without waiting.
  private var isInputAtHand = false
  private var isFinished = false

  private let inputPlace: Int
  private let outputPlaces: [Int]

  /// Told what a person should know while the run goes on.
  public var onNotice: (PoolNotice) -> Void = { _ in }

  /// - Parameters:
  ///   - results: where results are written.
  ///   - exceptions: where exceptions are written that the format has no place for.
  ///   - failed: where the input lines of exceptions are kept.
  /// - Throws: where the memory that the pool shares with its workers cannot be had.
  public init(
    _ configuration: PoolConfiguration, inputs: [InputFile], results: ResultSink,
    exceptions: ResultSink, failed: FailedLines? = nil, makeWorker: @escaping MakeWorker
  ) throws(SystemError) {
    self.configuration = configuration
    self.failed = failed
    state = PoolState(
      PoolState.Rules(
        jobs: configuration.jobs, chunk: configuration.chunk,
        concurrency: configuration.concurrency, window: configuration.window,
        blame: configuration.blame))
    let layout = SlabLayout(jobs: configuration.jobs)
    slabs = try InputSlabs(count: layout.inputSlabCount, size: layout.inputSlabSize)
    let fileNames = inputs.map(\.name)
    crew = WorkerCrew(
      configuration, fileNames: fileNames, input: slabs.memory, makeWorker: makeWorker)
    composer = TupleComposer(configuration, fileNames: fileNames)
    inputPlace = poll.add(-1, [])
    outputPlaces = [poll.add(-1, []), poll.add(-1, [])]

    reader = RecordReader(files: inputs, mode: configuration.mode, slabs: slabs)
    flow = ResultFlow(configuration, results: results, exceptions: exceptions)
    reader?.onProblem = { [unowned self] in noteProblem($0) }
    reader?.onDiscard = { [unowned self] piece in carefully { try self.failed?.pass(piece) } }
    flow?.onRelease = { [unowned self] in crew.release($0, $1) }
    flow?.onFinished = { [unowned self] in leaveFlight($0) }
    crew.onBecomingWorker = { [unowned self] in
      interruptions = nil
      reader = nil
      flow?.abandon()
      flow = nil
      batches.removeAll()
    }
  }

  /// Takes signals into account while the pool runs.
  /// - Parameter decide: what to do about a signal.
  public func watch(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    let place = poll.add(signals.descriptor.number, .readable)
    interruptions = Interruptions(watch: signals, place: place, decide: decide)
  }

  /// Maps the whole input. Returns when every worker has left and every result is written, or when
  /// the run has been given up.
  public func run() -> RunReport {
    do throws(SystemError) {
      try loop()
    } catch {
      giveUp(.systemFailed(error))
      // What is left is to see the workers out; where even that fails, they end with us.
      try? loop()
    }
    carefully { try failed?.finish() }
    report.outputs = flow?.outputs ?? 0
    report.exceptions = flow?.exceptionCount ?? 0
    if report.outcome == .complete, let failure = state.startFailure {
      report.outcome = .noWorker(failure.message)
    }
    return report
  }

  // MARK: The loop

  private func loop() throws(SystemError) {
    while true {
      try pump()
      writeOut()
      if isFinished, flow?.waiting.isEmpty ?? true { return }
      try wait()
    }
  }

  /// Carries out what is decided, and reads as long as somebody can use what is read.
  private func pump() throws(SystemError) {
    performActions()
    relieveAwaited()
    isInputWaiting = false
    isInputAtHand = false
    let isClogged = flow?.isClogged ?? false
    while !isFinished, let demand = state.demand(now: Clock.now(), mayRead: !isClogged) {
      performActions()
      switch try reader?.cut(records: demand.records) ?? .ended {
      case .batch(let batch): take(batch, for: demand)
      case .rejected(let line):
        // No worker slows this down, so what it gives is written before more is read.
        reject(line)
        isInputAtHand = true
        return
      case .waiting:
        isInputWaiting = true
        return
      case .noSlab:
        state.inputIsBlocked()
        performActions()
        return
      case .ended: state.endInput()
      }
      performActions()
    }
    if state.isAtWindow || isClogged { state.inputIsBlocked() }
    performActions()
  }

  private func wait() throws(SystemError) {
    let waitsForInput = isInputWaiting ? reader?.waitDescriptor : nil
    poll.set(inputPlace, waitsForInput ?? -1, waitsForInput == nil ? [] : .readable)
    let sinks = flow?.waiting ?? []
    for (index, place) in outputPlaces.enumerated() {
      let descriptor = index < sinks.count ? sinks[index] : -1
      poll.set(place, descriptor, descriptor < 0 ? [] : .writable)
    }
    let now = Clock.now()
    let timer = isInputAtHand ? now : state.nextTimer(after: now)
    try poll.wait(milliseconds: timer.map { $0.millisecondsFrom(now) })

    if let interruptions, !poll.ready(interruptions.place).isEmpty { try takeSignals() }
    for seat in crew.seats {
      if let worker = crew[seat], !poll.ready(worker.pollPlace).isEmpty {
        try takeMessages(of: worker, seat)
      }
    }
  }

  private func takeSignals() throws(SystemError) {
    while let signal = try interruptions?.watch.next() {
      switch interruptions?.decide(signal) {
      case .drain:
        report.outcome = .interrupted
        state.endInput()
      case .abort: giveUp(.interrupted)
      case nil, .some(.none): break
      }
    }
  }

  private func performActions() {
    while case let actions = state.takeActions(), !actions.isEmpty {
      for action in actions { perform(action) }
    }
  }

  private func perform(_ action: PoolState.Action) {
    switch action {
    case .fork(let seat): fork(seat)
    case .send(let seat, let batch, let records, let attempt):
      send(batch, records, attempt: attempt, to: seat)
    case .drain(let seat): crew[seat]?.send(ToWorker(kind: .drain))
    case .close(let seat): crew[seat]?.send(ToWorker(kind: .close))
    case .kill(let seat): crew[seat]?.kill()
    case .except(let batch, let records, let cause): except(batch, records, cause)
    case .complete(let batch): complete(batch)
    case .finish: isFinished = true
    }
  }

  /// Ends the run without finishing what is in flight.
  private func giveUp(_ outcome: RunReport.Outcome) {
    report.outcome = outcome
    flow?.discard()
    state.abort()
    performActions()
  }

  // MARK: Input

  private func take(_ batch: InputBatch, for demand: PoolState.Demand) {
    let id = register(records: batch.records, length: batch.length)
    batches[id] = batch
    state.take(
      batch: id, records: batch.records, bytes: batch.length, for: demand, now: Clock.now())
  }

  private func register(records: Int, length: Int) -> UInt64 {
    let id = nextBatch
    nextBatch += 1
    report.records += records
    bytesInFlight[id] = length
    flow?.expect(batch: id, records: records)
    return id
  }

  private func reject(_ line: RejectedLine) {
    let id = register(records: 1, length: 0)
    let tuple = composer.tooLarge(line)
    flow?.addOwn(batch: id, record: 0, tuple, .exception)
    if !configuration.keepsOrder { leaveFlight(id) }
  }

  private func complete(_ id: UInt64) {
    guard let batch = batches.removeValue(forKey: id) else { return }
    if batch.slab != ToWorker.attachedFile { slabs.letGo(Int(batch.slab)) }
    if !configuration.keepsOrder { leaveFlight(id) }
  }

  private func leaveFlight(_ id: UInt64) {
    if let length = bytesInFlight.removeValue(forKey: id) { state.release(bytes: length) }
  }

  private func noteProblem(_ problem: InputProblem) {
    if problem.isUnreadable {
      report.hasUnreadableInput = true
    } else {
      report.hasBrokenInput = true
    }
    onNotice(.input(problem))
  }

  private func send(_ id: UInt64, _ records: Range<Int>, attempt: Int, to seat: Int) {
    guard let batch = batches[id], let worker = crew[seat] else { return }
    worker.send(
      batch.message(id, records, attempt: attempt),
      attached: batch.file?.descriptor.number ?? -1)
  }

  // MARK: Workers

  private func fork(_ seat: Int) {
    do throws(SystemError) {
      try crew.fork(seat, watchedBy: &poll)
    } catch {
      onNotice(.fewerWorkers(running: crew.count, reason: "\(error)"))
      state.workerFailed(
        seat, WorkerFailure("\(error)", errno: Int(error.code.rawValue)))
      state.workerEnded(seat, .exited(status: 1), begun: 0, now: Clock.now())
    }
  }

  private func takeMessages(of worker: WorkerProcess, _ seat: Int) throws(SystemError) {
    while true {
      switch try worker.socket.receive(FromWorker.self, waiting: false) {
      case .nothingYet: return
      case .ended:
        bury(worker, seat)
        return
      case .message(let message, let text, let attached):
        take(message, text, attached, from: worker, seat)
      }
    }
  }

  private func take(
    _ message: FromWorker, _ text: String, _ attached: consuming OwnedDescriptor?,
    from worker: WorkerProcess, _ seat: Int
  ) {
    switch message.kind {
    case .ready: state.workerIsReady(seat)
    case .failed:
      let errno = message.code == 0 ? nil : Int(message.code)
      state.workerFailed(seat, WorkerFailure(text, errno: errno))
    case .lastWords: state.workerSaid(seat, text)
    case .hungry: state.workerIsHungry(seat)
    case .notice: onNotice(.worker(number: seat, text))
    case .outOfStep:
      report.isOutOfStep = true
      onNotice(.outOfStep(worker: seat, record: message.index, text))
    case .results:
      let slab = Int(message.slab)
      guard let runs = worker.slabs.readRuns(of: slab, published: Int(message.published)) else {
        worker.kill()
        return
      }
      if message.slabIsFull { worker.slabs.takeBack(slab) }
      take(runs, of: slab, attached, from: worker, seat)
      if worker.slabs.isIdle(slab) { worker.give(slab) }
      relieveIfStuck(seat)
    }
  }

  private func bury(_ worker: WorkerProcess, _ seat: Int) {
    guard let end = crew.bury(seat, watchedBy: &poll) else { return }
    for (slab, runs) in worker.slabs.salvage() {
      take(runs, of: slab, nil, from: worker, seat)
    }
    state.workerEnded(seat, end, begun: worker.begun, now: Clock.now())
  }

  // MARK: Writing

  private func writeOut() {
    carefully {
      try failed?.flush()
      try flow?.flush()
    }
    performActions()
  }

  /// A failure to write ends the run.
  func carefully(_ body: () throws -> Void) {
    do {
      try body()
    } catch let error as SystemError {
      giveUp(error.code == .brokenPipe ? .readerGone : .outputFailed(error))
    } catch {
      giveUp(.outputFailed(SystemError(call: "\(error)", code: .ioError)))
    }
  }
}

/// Signals and what to do about them.
private final class Interruptions {
  let watch: SignalWatch
  let place: Int
  let decide: (CInt) -> Interruption

  init(watch: consuming SignalWatch, place: Int, decide: @escaping (CInt) -> Interruption) {
    self.watch = watch
    self.place = place
    self.decide = decide
  }
}
