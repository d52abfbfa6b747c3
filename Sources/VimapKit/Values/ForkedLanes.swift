import VimapSystem

/// The workers of a pool, and the lanes that they work for.
///
/// It is used under the engine's lock.
final class ForkedLanes {
  private let driver: PoolDriver
  private let results = LaneResults()
  private let lanes: LaneQueue
  private let intake: LaneIntake
  private let farewell: Farewell
  private let started = Clock.now()

  private var aftermath = Aftermath()
  /// Why nothing goes on.
  private var failure: PoolError?
  private var done = 0
  private var failed = 0
  private var lastLook: Nanoseconds = 0

  /// How often the workers are looked after while there are results to be handed out. They have
  /// work for longer.
  private static let lookInterval = Nanoseconds.milliseconds(1)

  /// - Parameter poller: what is waited with for the workers.
  init(
    _ options: PoolOptions, jobs: Int, _ poller: Poller, body: @escaping WorkerBody
  ) throws(SystemError) {
    driver = try PoolDriver(
      options.configuration(jobs: jobs), target: results,
      context: { WorkerContext(number: $0, jobs: jobs, initArguments: [:]) }, body: body)
    lanes = LaneQueue(
      driver, poller,
      mostUnfinished: options.maxUnreadPerWorker.map { min($0, .max / jobs) * jobs },
      window: options.windowBytes)
    intake = LaneIntake(driver, lanes)
    farewell = Farewell(driver, within: options.leaveLimit.nanoseconds)
    driver.feed = LaneFeed(retryWhen: options.retryWhen)
    results.onUnwanted = { [unowned self] in driver.state.release(records: $0) }
    results.onFailedStart = { [unowned self] in aftermath.tell(.startFailed($0)) }
    driver.onEvent = { [unowned self] in take($0) }
    driver.onBadEnd = { [unowned self] in take($0) }
    driver.performActions()
  }

  var isOpen: Bool { farewell.isOpen }

  /// - Throws: why nothing can be mapped any more.
  func check() throws(PoolError) {
    if let failure { throw failure }
    guard isOpen else { throw .closed }
  }

  var progress: PoolProgress {
    PoolProgress(
      done: done, failed: failed, inFlight: driver.state.admission.unfinished,
      elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
  }

  /// What is to be done without the lock.
  func takeAftermath() -> Aftermath { aftermath.take() }

  // MARK: Inputs

  /// More may come from a lane's source.
  func noteArrival(at lane: Lane) {
    lane.noteArrival()
    lanes.wake(lane)
  }

  /// How many inputs are to be taken from a lane, as far as is known; `nil` for none.
  func wanted(of lane: Lane) -> Int? {
    takeHandedOut(lane)
    guard isOpen, !lane.isDiscarded else { return nil }
    lanes.enter(lane)
    pump()
    return wantedNow(of: lane)
  }

  /// Gives the workers what has been taken from a lane.
  /// - Returns: how many inputs are to be taken then.
  func give(_ filling: Lane.Filling, of lane: Lane) -> Int? {
    guard isOpen, !lane.isDiscarded else { return nil }
    var mayGoOn = false
    carefully { () throws(SystemError) in mayGoOn = try intake.give(filling, of: lane) }
    return mayGoOn ? wantedNow(of: lane) : nil
  }

  private func wantedNow(of lane: Lane) -> Int? {
    guard failure == nil, let count = intake.wanted(of: lane) else { return nil }
    lanes.doWithout(lane)
    return count
  }

  /// Most bytes of a batch that has more than one input.
  var room: Int { intake.room }

  // MARK: Results

  enum Step {
    case results(ResultPiece)
    case end
    case wait(LaneQueue.Wait)
  }

  /// What a lane's reader is to do next.
  func step(_ lane: Lane) throws -> Step {
    defer { wakeOthers(than: lane) }
    if let piece = takeResults(of: lane) { return .results(piece) }
    try check()
    if let failure = driver.state.phase.failure, lane.unfinished == 0 {
      guard lane.isFinished, !lane.isShort else {
        throw PoolError.noWorkerLeft(reason: failure.message)
      }
      return end(lane)
    }
    if lane.isFinished {
      try lane.checkSource()
      return end(lane)
    }
    let freed = lanes.helpStuckWorkers(for: lane)
    for piece in freed { results.release(piece) }
    if !freed.isEmpty { pump() }
    return .wait(lanes.wait(lane))
  }

  private func end(_ lane: Lane) -> Step {
    lanes.leave(lane)
    return .end
  }

  private func takeResults(of lane: Lane) -> ResultPiece? {
    guard let piece = lane.takeResults() else { return nil }
    // Somebody who is long about it must not keep a worker from its slabs where others want it.
    guard lanes.areSeveral, piece.isInSlab else { return piece }
    results.release(piece)
    return piece.copied()
  }

  private func takeHandedOut(_ lane: Lane) {
    let count = lane.takeHandedOut()
    if count > 0 {
      if lane.cursor.isException { failed += count } else { done += count }
      lane.noteHandedOut(count)
      driver.state.release(records: count)
      lanes.noteChange()
    }
    guard lane.cursor.isAtEnd, let piece = lane.endPiece() else { return }
    results.release(piece)
    aftermath.letGo(piece.inputs)
  }

  /// Nothing more of a lane is wanted.
  /// - Returns: the inputs that it had.
  func discard(_ lane: Lane) -> [KeptInputs] {
    if lane.isDiscarded { return [] }
    takeHandedOut(lane)
    var unwanted = intake.drop(lane)
    driver.state.release(records: lane.cursor.left)
    var pieces = lane.endPiece().map { [$0] } ?? []
    unwanted += pieces.compactMap { $0.inputs as? KeptInputs }
    // What is still with workers is told of when it comes back.
    for piece in lane.discard() {
      if let kept = piece.inputs as? KeptInputs { unwanted.append(kept) }
      driver.state.release(records: piece.records.count)
      pieces.append(piece)
    }
    for piece in pieces { results.release(piece) }
    if !farewell.isClosed { pump() }
    lanes.leave(lane)
    // Whoever waits may have room now.
    lanes.noteChange()
    wakeOthers(than: nil)
    return unwanted
  }

  // MARK: Workers

  /// Does what the workers need, unless that was done a moment ago.
  /// - Returns: whether it was time for that.
  func lookAround(for lane: Lane, _ now: Nanoseconds) -> Bool {
    takeHandedOut(lane)
    guard now >= lastLook.plus(Self.lookInterval), isOpen else { return false }
    lastLook = now
    _ = driver.prepareToWait()
    takeEvents()
    return true
  }

  /// The lane that led has waited.
  func stopLeading() {
    lanes.stopLeading()
    takeEvents()
  }

  func takeEvents() {
    if farewell.isClosed { return }
    lanes.noteChange()
    carefully { () throws(SystemError) in
      try driver.watch.poll.wait(milliseconds: 0)
      try driver.takeEvents()
    }
  }

  /// Wakes those who can go on, and sees to it that somebody waits for the workers.
  func wakeOthers(than lane: Lane?) {
    let isOver = failure != nil || !isOpen || driver.state.phase.failure != nil
    lanes.wakeOthers(than: lane, isOver: isOver)
  }

  private func take(_ event: PoolEvent) {
    if case .fewerWorkers(let running, let reason) = event {
      aftermath.tell(.fewerWorkers(running: running, reason: reason))
    }
  }

  private func take(_ report: WorkerEndReport) {
    let error = report.error
    if report.wasReady { noteBadEnd(error) } else { aftermath.tell(.startFailed(error)) }
  }

  private func noteBadEnd(_ error: WorkerError) {
    farewell.note(error)
    aftermath.tell(.finishFailed(error))
  }

  private func pump() { carefully { () throws(SystemError) in try driver.pump() } }

  private func carefully(_ body: () throws(SystemError) -> Void) {
    do throws(SystemError) {
      try body()
    } catch {
      if failure != nil { return }
      failure = PoolError(error)
      driver.giveUp(.interrupted)
    }
  }

  // MARK: Leaving

  /// Tells the workers to leave.
  func beginLeaving() {
    guard isOpen else { return }
    farewell.begin()
    wakeOthers(than: nil)
  }

  /// - Returns: what is to be waited for, and for how long at most; `nil` where all have left.
  func leaveFurther() -> (PollPlaces, Int?)? {
    while farewell.isUnderWay {
      // What is thrown away makes room for those who are still writing.
      pump()
      if driver.isFinished { driver.batches.forEach { aftermath.letGo($0.inputs) } }
      switch farewell.goOn() {
      case .wait(let places, let limit): return (places, limit)
      case .late(let count):
        noteBadEnd(
          WorkerError(.finishFailed, "\(count) workers did not leave in time and were killed"))
      case .done: break
      }
    }
    return nil
  }

  func takeBadEnd() -> WorkerError? { farewell.takeBadEnd() }

  /// Has the workers leave by themselves.
  func letGo() { farewell.letGo() }
}
