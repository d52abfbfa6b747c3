import VimapBytes
import VimapSystem

/// Runs a pool: waits for events, passes them to ``PoolState``, and carries out the actions that
/// the state decides on.
///
/// The driver has no thread of its own. Whoever wants results calls ``pump()``, and ``wait()`` when
/// there are none.
package final class PoolDriver {
  let configuration: PoolConfiguration
  package let slabs: InputSlabs
  let workers: WorkerSet
  var state: PoolState
  var watch = PoolWatch()
  var report = PoolReport()
  var batches = HeldBatches()
  let flow: ResultFlow
  var feed: (any Feed)?
  var account: (any RecordAccount)?

  /// Called with what happens.
  var onEvent: (PoolEvent) -> Void = { _ in }
  /// Which outputs are not certain yet, if workers pair by order.
  var doubts: Doubts?
  /// When somebody has something to do at the latest.
  package var nextMoment: () -> Nanoseconds? = { nil }
  /// Called for every worker that could not be set up.
  var onStartFailure: (_ slot: Int, WorkerFailure) -> Void = { _, _ in }
  /// Told of every worker that came to a bad end with no record at hand, or before it was ready.
  var onBadEnd: ((WorkerEndReport) -> Void)?
  /// For those who want to know what is decided.
  let decisions = DecisionLog()

  let started = Clock.now()
  var ended: Nanoseconds?
  /// Measures where the time goes, if that is wanted.
  var meter: RunMeter?
  /// The keys that are paused.
  var pausedKeys = PausedKeys()
  /// The time for which the state was last asked what it wants.
  private(set) var asked: Nanoseconds = 0
  private(set) var isInputWaiting = false
  /// There is more input that can be read without waiting.
  private var isInputAtHand = false
  /// The last worker has left.
  private(set) var isFinished = false
  /// Nobody wants answers any more.
  private(set) var isAbandoned = false
  /// The run has been given up.
  private(set) var isGivenUp = false
  /// The moment at which a run that is to end at once is given up.
  var lastMoment: Nanoseconds?

  /// Starts the fork server.
  /// - Throws: if the memory that the pool shares with its workers cannot be had.
  package init(
    _ configuration: PoolConfiguration, target: any ResultTarget,
    context: @escaping (Int) -> WorkerContext, body: @escaping WorkerBody
  ) throws(SystemError) {
    self.configuration = configuration
    state = PoolState(configuration.rules, seed: .random(in: 0 ... .max))
    let layout = SlabLayout(
      jobs: configuration.jobs, window: configuration.window,
      keepsOrder: configuration.keepsOrder || configuration.resultsWait)
    slabs = try InputSlabs(count: layout.inputSlabCount, size: layout.inputSlabSize)
    workers = try WorkerSet(
      jobs: configuration.jobs, resultSlabs: layout.resultSlabCount, input: slabs.memory,
      measures: configuration.measures, keepsLastWords: configuration.keepsLastWords,
      context: context, body: body)
    meter = configuration.measures ? RunMeter(slots: configuration.jobs, now: started) : nil
    flow = ResultFlow(configuration, target: target)
    flow.onRelease = { [unowned self] in workers.release($0, $1) }
    flow.onFinished = { [unowned self] in passOn($0) }
    report.records = configuration.before.outputs + configuration.before.exceptions
  }

  /// Whether nothing is left to do: the last worker has left and its results are passed on.
  package var isDone: Bool { isFinished && flow.waiting.isEmpty }

  // MARK: The loop

  /// Does everything that can be done without waiting: carries out decisions, reads as long as
  /// somebody can use the input, and passes results on.
  package func pump() throws(SystemError) {
    // Passing results on comes first, since it frees memory for more input.
    passOn()
    try feedWorkers()
    let wasClogged = flow.isClogged
    passOn()
    // The output that kept the pool from reading has been written, and no event will say so.
    if wasClogged, !flow.isClogged { isInputAtHand = true }
  }

  private func feedWorkers() throws(SystemError) {
    performActions()
    spillAwaited()
    isInputWaiting = false
    isInputAtHand = false
    let isClogged = flow.isClogged
    while !isFinished, let demand = nextDemand(mayRead: !isClogged) {
      performActions()
      switch try feed?.cut(records: demand.records) ?? .idle {
      case .batch(let batch): take(batch, for: demand)
      case .answered(let exception, let inputs):
        // No worker slows this down, so the result is passed on before more is read.
        takeAnswered(exception, inputs)
        isInputAtHand = true
        return
      case .waiting:
        isInputWaiting = true
        return
      case .more:
        isInputAtHand = true
        return
      case .idle, .noSlab:
        state.inputIsBlocked()
        performActions()
        return
      case .ended: state.endInput()
      }
      performActions()
    }
    if state.isFull || isClogged { state.inputIsBlocked() }
    performActions()
  }

  func nextDemand(mayRead: Bool) -> PoolState.Demand? {
    asked = Clock.now()
    return state.demand(now: asked, mayRead: mayRead)
  }

  /// Waits until something happens.
  package func wait() throws(SystemError) {
    let limit = prepareToWait()
    noteWait()
    try watch.poll.wait(milliseconds: limit)
    noteWoken()
    try takeEvents()
  }

  /// Fills in the poll set. Returns how long to wait at most, in milliseconds.
  func prepareToWait() -> Int? {
    let now = Clock.now()
    // The tick comes first, since what it calls may have something to write.
    watch.takeTick(now, activity: activity)?()
    watch.set(input: isInputWaiting ? feed?.waitDescriptor : nil, outputs: flow.waiting)
    for slot in workers.slots { workers[slot]?.watch(&watch.poll) }
    if decisions.isRead { decisions.noteBatchSize(state.batchSize) }
    let nextTimer = state.nextTimer(after: asked)
    let timers = [
      nextTimer, nextDeadline(now), isInputAtHand ? now : nil,
      watch.nextTick(activity: activity), isGivenUp ? nil : lastMoment, nextMoment(),
      // When a pause is over, the reason for waiting changes, and the meter must see that.
      meter == nil || pausedKeys.current(now).isEmpty ? nil : pausedKeys.nextEnd,
    ]
    return timers.compactMap(\.self).min().map { $0.millisecondsFrom(now) }
  }

  /// Handles the events that the last wait found.
  func takeEvents() throws(SystemError) {
    if watch.hasSignals { try takeSignals() }
    for slot in workers.slots {
      if let worker = workers[slot], !watch.poll.ready(worker.pollPlace).isEmpty {
        worker.sendWaiting()
        try takeMessages(of: worker, slot)
      }
    }
    for external in watch.readyExternals { external.onReadable() }
    endLateWorkers()
    endAtLastMoment()
  }

  // MARK: Actions

  func performActions() {
    while case let actions = state.takeActions(), !actions.isEmpty {
      for action in actions { perform(action) }
    }
  }

  private func perform(_ action: PoolState.Action) {
    switch action {
    case .fork(let slot): fork(slot)
    case .send(let slot, let batch, let records, let attempt):
      send(batch, records, attempt: attempt, to: slot)
    case .flush(let slot): workers[slot]?.send(ToWorker(kind: .flush))
    case .close(let slot): workers[slot]?.send(ToWorker(kind: .close))
    case .recall(let slot): workers[slot]?.recall()
    case .kill(let slot): workers[slot]?.kill()
    case .except(let batch, let records, let cause): except(batch, records, cause)
    case .park(let batch, let record, let cause, let next): park(batch, record, cause, next)
    case .answerParked(let batch, let record): answerParked(batch, record)
    case .complete(let batch): complete(batch)
    case .halted(let point):
      report.outcome = .halted
      onEvent(.halted(point))
    case .finish: isFinished = true
    }
  }

  /// Has each worker leave after its current record, and drops the answers that still come.
  func abandon() {
    isAbandoned = true
    flow.discard()
    for slot in workers.slots { workers[slot]?.dismiss() }
    state.abandon()
    performActions()
  }

  /// Ends the run without finishing what is in flight.
  package func giveUp(_ outcome: RunOutcome) {
    report.outcome = outcome
    isGivenUp = true
    flow.discard()
    state.abort()
    performActions()
  }

  // MARK: Input

  /// - Parameter demand: `nil` where no worker can use it just now.
  func take(_ batch: InputBatch, for demand: PoolState.Demand?) {
    let id = register(batch, records: batch.records)
    state.take(
      batch: id, records: batch.records, bytes: batch.length, shard: batch.shard, cost: batch.cost,
      for: demand, now: Clock.now())
  }

  private func register(_ batch: InputBatch?, records: Int) -> UInt64 {
    let id = batches.add(batch, bytes: batch?.length ?? 0)
    report.records += records
    flow.expect(batch: id, records: records)
    feed?.noteTaken(id, batch)
    return id
  }

  func takeAnswered(_ exception: SharedBytes, _ inputs: AnyObject?) {
    let id = register(nil, records: 1)
    state.takeAnswered(1)
    flow.add(exception, .exception, batch: id, record: 0, inputs: inputs)
    if !configuration.keepsOrder { leaveFlight(id) }
  }

  /// Answers records that were read when there is no worker to take them.
  func answer(_ cut: FeedCut, _ cause: PoolState.Cause) {
    switch cut {
    case .batch(let batch):
      let id = register(batch, records: batch.records)
      state.takeAnswered(batch.records)
      except(id, 0..<batch.records, cause)
      complete(id)
    case .answered(let exception, let inputs): takeAnswered(exception, inputs)
    case .waiting, .more, .idle, .noSlab, .ended: break
    }
  }

  private func complete(_ id: UInt64) {
    guard let batch = batches.complete(id) else { return }
    keepIfInDoubt(id, batch)
    if !configuration.keepsOrder { leaveFlight(id) }
  }

  func leaveFlight(_ id: UInt64) {
    if let bytes = batches.leaveFlight(id) { state.release(bytes: bytes) }
  }

  /// Changes the number of a batch's bytes that are in flight.
  func countInFlight(_ id: UInt64, _ bytes: Int) {
    if batches.count(id, bytes) { state.hold(bytes: bytes) }
  }

  private func send(_ id: UInt64, _ records: Range<Int>, attempt: Int, to slot: Int) {
    guard let batch = batches[id], let worker = workers[slot] else { return }
    var message = batch.message(id, records, attempt: attempt)
    if attempt > 1 {
      let assignment = state.slots[slot].assignment(with: records.lowerBound, of: id)
      message.mayBeSent = assignment?.mayBeSent ?? true
    }
    if message.slab == ToWorker.inline, let line = batch.parked[records.lowerBound]?.line {
      return sendParked(line, message, to: worker)
    }
    worker.send(message, attached: batch.file)
  }

  // MARK: Results

  private func passOn() {
    carefully { try flow.flush() }
    performActions()
  }
}
