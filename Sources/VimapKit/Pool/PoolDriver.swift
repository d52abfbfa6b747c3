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
  let fileNames: [String]
  private let makeWorker: MakeWorker
  private let failed: FailedLines?

  private var state: PoolState
  private var poll = PollSet()
  private var interruptions: Interruptions?
  private var report = RunReport()
  private var isFinished = false

  let slabs: InputSlabs
  private var reader: RecordReader?
  private var flow: ResultFlow?
  private var workers: [WorkerProcess?]
  private var resultSlabs: [ResultSlabs?]
  private var generations: [Int]
  private var batches: [UInt64: InputBatch] = [:]
  /// Bytes of batches that still count as in flight.
  private var bytesInFlight: [UInt64: Int] = [:]
  private var nextBatch: UInt64 = 0
  private var isInputWaiting = false
  private lazy var composer = TupleComposer(configuration, fileNames: fileNames)

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
    self.fileNames = inputs.map(\.name)
    self.makeWorker = makeWorker
    self.failed = failed
    state = PoolState(
      PoolState.Rules(
        jobs: configuration.jobs, chunk: configuration.chunk,
        concurrency: configuration.concurrency, window: configuration.window,
        blame: configuration.blame))
    let layout = SlabLayout(jobs: configuration.jobs)
    slabs = try InputSlabs(count: layout.inputSlabCount, size: layout.inputSlabSize)
    workers = Array(repeating: nil, count: configuration.jobs)
    resultSlabs = Array(repeating: nil, count: configuration.jobs)
    generations = Array(repeating: 0, count: configuration.jobs)
    inputPlace = poll.add(-1, [])
    outputPlaces = [poll.add(-1, []), poll.add(-1, [])]

    reader = RecordReader(files: inputs, mode: configuration.mode, slabs: slabs)
    flow = ResultFlow(configuration, results: results, exceptions: exceptions)
    reader?.onProblem = { [unowned self] in noteProblem($0) }
    reader?.onDiscard = { [unowned self] piece in carefully { try self.failed?.pass(piece) } }
    flow?.onRelease = { [unowned self] in released($0, $1) }
    flow?.onFinished = { [unowned self] in leaveFlight($0) }
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
      while true {
        try pump()
        try writeOut()
        if isFinished, flow?.waiting.isEmpty ?? true { break }
        try await_()
      }
    } catch {
      giveUp(.systemFailed(error))
    }
    report.outputs = flow?.outputs ?? 0
    report.exceptions = flow?.exceptionCount ?? 0
    if report.outcome == .complete, let reason = state.startFailure {
      report.outcome = .noWorker(reason)
    }
    return report
  }

  // MARK: The loop

  /// Carries out what is decided, and reads as long as somebody can use what is read.
  private func pump() throws(SystemError) {
    performActions()
    isInputWaiting = false
    while let demand = state.demand(now: Clock.now()), !isFinished {
      performActions()
      switch try reader?.cut(records: demand.records) ?? .ended {
      case .batch(let batch): take(batch, for: demand)
      case .rejected(let line): reject(line)
      case .waiting:
        isInputWaiting = true
        return
      case .noSlab: return
      case .ended: state.endInput()
      }
      performActions()
    }
    performActions()
  }

  private func await_() throws(SystemError) {
    let waitsForInput = isInputWaiting ? reader?.waitDescriptor : nil
    poll.set(inputPlace, waitsForInput ?? -1, waitsForInput == nil ? [] : .readable)
    let sinks = flow?.waiting ?? []
    for (index, place) in outputPlaces.enumerated() {
      let descriptor = index < sinks.count ? sinks[index] : -1
      poll.set(place, descriptor, descriptor < 0 ? [] : .writable)
    }
    let timer = state.nextTimer
    try poll.wait(milliseconds: timer.map { $0.millisecondsFrom(Clock.now()) })

    if let interruptions, !poll.ready(interruptions.place).isEmpty { try takeSignals() }
    for seat in workers.indices {
      if let worker = workers[seat], !poll.ready(worker.pollPlace).isEmpty {
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
    case .close(let seat): workers[seat]?.send(ToWorker(kind: .close))
    case .kill(let seat): workers[seat]?.kill()
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
    guard let batch = batches[id], let worker = workers[seat] else { return }
    worker.send(
      batch.message(id, records, attempt: attempt),
      attached: batch.file?.descriptor.number ?? -1)
  }

  // MARK: Workers

  private func fork(_ seat: Int) {
    do throws(SystemError) {
      let memory = try slabsOfSeat(seat)
      memory.resetState()
      var sockets = try MessageSocket.pair()
      let parent = Process.current
      guard let process = try Process.fork() else {
        if let socket = sockets.theirs.take() {
          sockets.ours = nil
          becomeWorker(seat, socket, memory, parent: parent)
        }
        Process.exitNow(1)
      }
      generations[seat] += 1
      guard let socket = sockets.ours.take() else { return }
      let place = poll.add(socket.descriptor.number, .readable)
      let worker = WorkerProcess(
        process: process, socket: socket, slabs: memory, pollPlace: place)
      workers[seat] = worker
      worker.giveIdleSlabs()
    } catch {
      onNotice(.fewerWorkers(running: workers.count { $0 != nil }, reason: "\(error)"))
      state.workerFailed(seat, "\(error)")
      state.workerEnded(seat, .exited(status: 1), begun: 0, now: Clock.now())
    }
  }

  private func slabsOfSeat(_ seat: Int) throws(SystemError) -> ResultSlabs {
    if let memory = resultSlabs[seat] { return memory }
    let memory = try ResultSlabs(count: SlabLayout.resultSlabCount)
    resultSlabs[seat] = memory
    return memory
  }

  /// The child's side of a fork: lets go of everything that is the parent's, and works.
  private func becomeWorker(
    _ seat: Int, _ socket: consuming MessageSocket, _ memory: ResultSlabs, parent: ProcessID
  ) -> Never {
    Process.leaveGroup()
    Signals.restoreDefaults()
    interruptions = nil
    workers.removeAll()
    batches.removeAll()
    reader = nil
    flow = nil
    let link = WorkerLink(
      seat: configuration.seat(seat, generation: generations[seat]), mode: configuration.mode,
      fileNames: fileNames, socket: socket, input: slabs.memory, shared: memory.memory,
      format: configuration.format, withMeta: configuration.withMeta)
    link.work(parent: parent, makeWorker)
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
    case .failed: state.workerFailed(seat, text)
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
    poll.remove(worker.pollPlace)
    let end = worker.reap()
    workers[seat] = nil
    for (slab, runs) in worker.slabs.salvage() {
      take(runs, of: slab, nil, from: worker, seat)
    }
    state.workerEnded(seat, end, begun: worker.begun, now: Clock.now())
    if let head = flow?.head, let owner = state.holder(of: head) { relieveIfStuck(owner) }
  }

  // MARK: Results

  private func take(
    _ runs: [Run], of slab: Int, _ attached: consuming OwnedDescriptor?,
    from worker: WorkerProcess, _ seat: Int
  ) {
    let now = Clock.now()
    var attached = attached
    for run in runs {
      var piece = ResultPiece(
        bytes: .empty, kind: run.kind, source: .slab(seat: seat, slab: slab))
      if run.isAttached {
        worker.slabs.letGo(slab)
        // Without its file, the tuple of a worker that died is lost; its record is not.
        guard let file = attached.take(),
          let memory = try? SharedMemory(file: file.number, count: run.length)
        else { continue }
        piece.bytes = memory.view(0, run.length)
        piece.source = .file(memory)
      } else {
        piece.bytes = worker.slabs.bytes(of: run, in: slab)
      }
      let batch = batches[run.batch]
      guard state.answered(seat, batch: run.batch, records: run.records, now: now) else {
        if !run.isAttached { worker.slabs.letGo(slab) }
        worker.kill()
        continue
      }
      if run.kind == .exception, let batch {
        keepFailed(batch, run.lineOffset..<(run.lineOffset + run.lineLength))
      }
      flow?.add(batch: run.batch, records: run.records, piece)
    }
  }

  private func keepFailed(_ batch: InputBatch, _ line: Range<Int>) {
    guard let failed else { return }
    carefully { try batch.withBytes(line, in: slabs) { failed.add($0) } }
  }

  private func except(_ id: UInt64, _ records: Range<Int>, _ cause: PoolState.Cause) {
    guard let batch = batches[id] else { return }
    carefully {
      try composer.compose(batch.message(id, records, attempt: 1), batch, slabs, cause) {
        record, line, tuple in
        keepFailed(batch, line)
        flow?.addOwn(batch: id, record: record, tuple, .exception)
      }
    }
  }

  private func released(_ seat: Int, _ slab: Int) {
    guard let memory = resultSlabs[seat] else { return }
    memory.letGo(slab)
    if memory.isIdle(slab), let worker = workers[seat] { worker.give(slab) }
  }

  /// A worker all of whose slabs wait for their turn can do nothing. It is helped when the batch
  /// that everybody waits for is its own, and otherwise as far as the window allows.
  private func relieveIfStuck(_ seat: Int) {
    guard let head = flow?.head, resultSlabs[seat]?.areAllHeld == true else { return }
    let isAwaited = state.holder(of: head) == seat
    flow?.relieve(seat, limit: isAwaited ? nil : configuration.window)
  }

  private func writeOut() throws(SystemError) {
    carefully {
      try failed?.flush()
      try flow?.flush()
    }
    performActions()
  }

  /// A failure to write ends the run.
  private func carefully(_ body: () throws -> Void) {
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
