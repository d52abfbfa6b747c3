import VimapBytes
import VimapSystem

/// A pool whose workers are processes.
///
/// It has no thread of its own: whoever wants results does what is to be done, under a lock. Where
/// several wait, one of them waits for the workers (it leads), and wakes the others when there is
/// something for them. Inputs are taken by the reader they are for, without the lock.
final class ForkedEngine: PoolEngine, @unchecked Sendable {
  // Unchecked, as all that changes is used under the lock.
  private let lock = Lock()
  private let driver: PoolDriver
  private let results = LaneResults()
  private let feed: LaneFeed
  private let options: PoolOptions
  private let jobs: Int
  private let leaveTime: Nanoseconds
  private let poller = Poller()
  private var places: BatchPlaces
  private let started = Clock.now()

  private var waiting: [Lane] = []
  /// Who waits for the workers.
  private var leader: Lane?
  /// What the leader waits for, and until when.
  private var ledPlaces = PollPlaces()
  private var ledUntil: Nanoseconds?
  /// Lanes that are read from.
  private var lanes: [Lane] = []
  /// Records that are being taken from a lane.
  private var underWay = 0
  private var turns = 0
  /// Counts what happens that may let a lane take inputs that could not before.
  private var changes = 0
  private var notices: [PoolNotice] = []

  private enum Phase {
    case open
    /// The workers are to leave, until then at most.
    case leaving(until: Nanoseconds)
    case closed
  }
  private var phase = Phase.open
  /// Why nothing goes on.
  private var failure: PoolError?
  /// The first worker whose `finish()` went wrong.
  private var badEnd: WorkerError?

  private var done = 0
  private var failed = 0
  private var lastLook: Nanoseconds = 0

  /// How often the workers are looked after while there are results to be handed out. They have
  /// work for longer.
  private static let lookInterval = Nanoseconds.milliseconds(1)

  init(_ options: PoolOptions, jobs: Int, body: @escaping WorkerBody) throws(PoolError) {
    self.options = options
    self.jobs = jobs
    leaveTime = options.leaveLimit.nanoseconds
    let threads = (try? SystemProcess.threadCount()) ?? 1
    guard threads == 1 || options.allowsThreads else { throw .threads(count: threads) }
    // What is still in it would be written by each process.
    SystemProcess.flushStreams()
    do throws(SystemError) {
      driver = try PoolDriver(
        options.configuration(jobs: jobs), target: results,
        context: { WorkerContext(number: $0, jobs: jobs, initArguments: [:]) }, body: body)
    } catch {
      throw PoolError(error)
    }
    feed = LaneFeed(retryWhen: options.retryWhen)
    places = BatchPlaces(driver.slabs)
    driver.feed = feed
    results.onUnwanted = { [unowned self] in driver.state.release(records: $0) }
    results.onFailedStart = { [unowned self] in notices.append(.startFailed($0)) }
    driver.onEvent = { [unowned self] in take($0) }
    driver.onBadEnd = { [unowned self] in take($0) }
    driver.performActions()
  }

  // MARK: Lanes

  func open(_ lane: Lane) throws(PoolError) {
    try lock.withLock { () throws(PoolError) in
      if let failure { throw failure }
      guard case .open = phase else { throw .closed }
    }
    lane.onArrival { [weak self, weak lane] in
      guard let self, let lane else { return }
      lock.withLock {
        lane.noteArrival()
        wake(lane)
      }
    }
  }

  func discard(_ lane: Lane) {
    lock.withLock {
      if lane.isDiscarded { return }
      takeHandedOut(lane)
      if case .closed = phase { _ = lane.discard() } else { drop(lane) }
      forget(lane)
      waiting.removeAll { $0 === lane }
      // Whoever waits may have room now.
      changes += 1
      wakeOthers(than: nil)
    }
    lane.forgetInputs()
    tell()
  }

  private func drop(_ lane: Lane) {
    driver.batches.forEach { batch in
      if (batch.inputs as? KeptInputs)?.lane === lane { places.drop(batch) }
    }
    driver.state.release(records: lane.cursor.left)
    if let piece = lane.endPiece() { results.release(piece) }
    // What is still with workers is told of when it comes back.
    for piece in lane.discard() {
      driver.state.release(records: piece.records.count)
      results.release(piece)
    }
    carefully { () throws(SystemError) in try driver.pump() }
  }

  private func forget(_ lane: Lane) {
    lane.isOpen = false
    lanes.removeAll { $0 === lane }
  }

  // MARK: Reading

  func next(for lane: Lane) throws -> ResultPiece? {
    while true {
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .follow(let waiter): waiter.wait()
      case .lead(let places, let limit):
        poller.wait(places, milliseconds: limit)
        stopLeading(lane)
      }
    }
  }

  func next(for lane: Lane, isolation: isolated (any Actor)?) async throws -> ResultPiece? {
    while true {
      try Task.checkCancellation()
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .follow(let waiter): await waiter.wait(isolation: isolation)
      case .lead(let places, let limit):
        await poller.wait(places, milliseconds: limit, isolation: isolation)
        stopLeading(lane)
      }
    }
  }

  func lookAround(for lane: Lane) {
    // It takes a system call, which would show if it were made more often.
    let now = Clock.roughlyNow()
    let isDue = lock.withLock {
      takeHandedOut(lane)
      guard now >= lastLook.plus(Self.lookInterval), isOpen else { return false }
      lastLook = now
      _ = driver.prepareToWait()
      takeEvents()
      return true
    }
    guard isDue else { return }
    takeInputs(of: lane)
    lock.withLock { wakeOthers(than: lane) }
    tell()
  }

  private enum Step {
    case results(ResultPiece)
    case end
    /// Wait for the workers, so long at most.
    case lead(PollPlaces, Int?)
    case follow(Waiter)
  }

  /// Goes on as far as is possible without waiting.
  private func advance(_ lane: Lane) throws -> Step {
    defer { tell() }
    takeInputs(of: lane)
    return try lock.withLock {
      defer { wakeOthers(than: lane) }
      if let piece = takeResults(of: lane) { return .results(piece) }
      if let failure { throw failure }
      guard case .open = phase else { throw PoolError.closed }
      if let failure = driver.state.phase.failure, lane.unfinished == 0 {
        if lane.isFinished, !lane.isShort { return end(lane) }
        throw PoolError.noWorkerLeft(reason: failure.message)
      }
      if lane.isFinished {
        try lane.checkSource()
        return end(lane)
      }
      return wait(lane)
    }
  }

  private func end(_ lane: Lane) -> Step {
    forget(lane)
    return .end
  }

  private func takeResults(of lane: Lane) -> ResultPiece? {
    guard let piece = lane.takeResults() else { return nil }
    // Somebody who is long about it must not keep a worker from its slabs where others want it.
    guard lanes.count > 1, piece.isInSlab else { return piece }
    results.release(piece)
    return piece.copied()
  }

  private func wait(_ lane: Lane) -> Step {
    helpStuckWorkers(for: lane)
    if leader == nil {
      leader = lane
      let limit = driver.prepareToWait()
      ledPlaces = driver.watch.poll.watched
      ledUntil = limit.map { Clock.now().plus(.milliseconds($0)) }
      return .lead(ledPlaces, limit)
    }
    let waiter = Waiter()
    lane.waiter = waiter
    waiting.append(lane)
    return .follow(waiter)
  }

  private func stopLeading(_ lane: Lane) {
    lock.withLock {
      leader = nil
      takeEvents()
    }
  }

  private func takeEvents() {
    if case .closed = phase { return }
    changes += 1
    carefully { () throws(SystemError) in
      try driver.watch.poll.wait(milliseconds: 0)
      try driver.takeEvents()
    }
  }

  /// Workers whose slabs are full of what others are to read, or of what has not had its turn, can
  /// do nothing; it is copied.
  private func helpStuckWorkers(for lane: Lane) {
    var hasHelped = false
    for slot in driver.workers.slots where driver.workers.isStuck(slot) {
      for other in lanes {
        for piece in other.copyOut(of: slot, all: other !== lane) {
          results.release(piece)
          hasHelped = true
        }
      }
    }
    if hasHelped { carefully { () throws(SystemError) in try driver.pump() } }
  }

  // MARK: Waking

  private func wake(_ lane: Lane) {
    if leader === lane { return poller.wake() }
    guard let place = waiting.firstIndex(where: { $0 === lane }) else { return }
    waiting.remove(at: place)
    lane.waiter?.wake()
    lane.waiter = nil
  }

  /// Wakes those who can go on, and sees to it that somebody waits for the workers.
  private func wakeOthers(than lane: Lane?) {
    if waiting.isEmpty, leader == nil || leader === lane { return }
    let isOver = failure != nil || !isOpen || driver.state.phase.failure != nil
    for other in waiting where isOver || other.hasResults || other.isFinished { wake(other) }
    if let next = nextTaker, next !== lane, isOpen, demand() != nil { wake(next) }
    if let leader, leader !== lane {
      if isOver || leader.hasResults || leader.isFinished || mayTakeNow(leader) || hasNewsToAwait {
        poller.wake()
      }
    } else if leader == nil, let next = waiting.first {
      wake(next)
    }
  }

  /// There is something that the leader does not wait for yet.
  private var hasNewsToAwait: Bool {
    if case .closed = phase { return true }
    guard let limit = driver.prepareToWait() else { return driver.watch.poll.watched != ledPlaces }
    return driver.watch.poll.watched != ledPlaces
      || Clock.now().plus(.milliseconds(limit)) < ledUntil ?? .max
  }

  /// The one of those who wait whose inputs are next.
  private var nextTaker: Lane? {
    waiting.filter(mayTakeNow).min { $0.lastTurn < $1.lastTurn }
  }

  /// It may take inputs, and something has changed since it last found that none are wanted.
  private func mayTakeNow(_ lane: Lane) -> Bool { lane.triedAt != changes && mayTake(lane) }

  private var isOpen: Bool {
    if case .open = phase { true } else { false }
  }

  // MARK: Inputs

  private func mayTake(_ lane: Lane) -> Bool {
    lane.mayTake(most: mostUnfinished, window: options.windowBytes)
  }

  private var mostUnfinished: Int? {
    options.maxUnreadPerWorker.map { min($0, .max / jobs) * jobs }
  }

  /// Gives the workers inputs of a lane, as long as they can use more and it is the lane's turn.
  private func takeInputs(of lane: Lane) {
    var wanted = lock.withLock {
      takeHandedOut(lane)
      guard isOpen, !lane.isDiscarded else { return Int?.none }
      if !lane.isOpen, !lane.isFinished {
        lane.isOpen = true
        lanes.append(lane)
      }
      carefully { () throws(SystemError) in try driver.pump() }
      return wantedInputs(of: lane)
    }
    while let count = wanted {
      // The program's own code, which may do anything with the pool.
      let filling = lane.fill(count, room: places.room)
      wanted = lock.withLock {
        underWay -= count
        guard isOpen, !lane.isDiscarded else { return nil }
        lane.noteFilling()
        changes += 1
        return give(filling, of: lane) ? wantedInputs(of: lane) : nil
      }
    }
  }

  /// How many inputs are to be taken from a lane now.
  private func wantedInputs(of lane: Lane) -> Int? {
    guard failure == nil else { return nil }
    if let failure = driver.state.phase.failure {
      answerTaken(of: lane, failure)
      return nil
    }
    defer { lane.triedAt = changes }
    let other = nextTaker
    guard let demand = demand() else { return nil }
    guard mayTake(lane) else { return other == nil ? blocked() : nil }
    if let other, other.lastTurn < lane.lastTurn {
      wake(other)
      return nil
    }
    var count = demand.records
    if let most = mostUnfinished { count = min(count, most - lane.unfinished) }
    guard count > 0 else { return blocked() }
    turns += 1
    lane.noteTurn(turns)
    underWay += count
    return count
  }

  /// What the workers can use.
  private func demand() -> PoolState.Demand? {
    var demand = driver.nextDemand(mayRead: !driver.flow.isClogged)
    driver.performActions()
    if let most = driver.configuration.mostInFlight, let wanted = demand {
      let room = most - driver.state.admission.inFlight - underWay
      demand = room > 0 ? wanted.limited(to: room) : nil
    }
    return demand
  }

  /// No more can be given for now: workers that wait for more are to let go of what they have.
  private func blocked() -> Int? {
    driver.state.inputIsBlocked()
    driver.performActions()
    return nil
  }

  /// - Returns: whether more may be taken.
  private func give(_ filling: Lane.Filling, of lane: Lane) -> Bool {
    switch filling {
    case .nothing: return !lane.hasEnded && !lane.isSourceWaiting
    case .refused(let kept, let refusal):
      let index = lane.taken
      lane.enter(kept, records: 1, bytes: 0)
      let failure = WorkerError(.unsendableInput, refusal, record: index, attempts: 0)
      driver.takeAnswered(failure.framed(), kept)
      // No worker slows this down, so what it gives is handed out before more is taken.
      return false
    case .batch(let kept):
      do throws(SystemError) {
        let bytes = lane.readyBytes
        guard
          let batch = try places.place(
            bytes, records: lane.readyRecords, index: lane.taken, kept)
        else {
          _ = blocked()
          return false
        }
        lane.clearReady()
        lane.enter(kept, records: batch.records, bytes: batch.length)
        driver.take(batch, for: demand() ?? PoolState.Demand(slot: 0, records: batch.records))
        driver.performActions()
        return true
      } catch {
        fail(PoolError(error))
        return false
      }
    }
  }

  /// What has been taken, and what no worker will see, comes out with that.
  private func answerTaken(of lane: Lane, _ failure: WorkerFailure) {
    guard lane.takenAhead > 0 else { return }
    while true {
      let filling = lane.fill(1, room: places.room)
      let kept: KeptInputs
      let count: Int
      switch filling {
      case .nothing: return
      case .refused(let inputs, _): (kept, count) = (inputs, 1)
      case .batch(let inputs):
        (kept, count) = (inputs, lane.readyRecords)
        lane.clearReady()
      }
      lane.isShort = true
      let first = lane.taken
      lane.enter(kept, records: count, bytes: 0)
      driver.state.takeAnswered(count)
      for record in 0..<count {
        let error = WorkerError(.cannotStart(failure), record: first + record)
        let frame = error.framed()
        lane.add(
          ResultPiece(
            bytes: frame.bytes, kind: .exception, source: .own(frame), batch: 0,
            records: record..<(record + 1), inputs: kept), of: kept)
      }
      if lane.takenAhead == 0 { return }
    }
  }

  // MARK: Handing out

  private func takeHandedOut(_ lane: Lane) {
    let count = lane.takeHandedOut()
    if count > 0 {
      if lane.cursor.isException { failed += count } else { done += count }
      lane.noteHandedOut(count)
      driver.state.release(records: count)
      changes += 1
    }
    if lane.cursor.isAtEnd, let piece = lane.endPiece() { results.release(piece) }
  }

  var progress: PoolProgress {
    lock.withLock {
      PoolProgress(
        done: done, failed: failed, inFlight: driver.state.admission.unfinished,
        elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
    }
  }

  // MARK: Notices

  private func take(_ event: PoolEvent) {
    if case .fewerWorkers(let running, let reason) = event {
      notices.append(.fewerWorkers(running: running, reason: reason))
    }
  }

  private func take(_ report: WorkerEndReport) {
    let what = report.end.map { "its process \($0)" }
    var error =
      report.wasReady
      ? WorkerError(.finishFailed, "\(what ?? "it") when it had no input", report.words)
      : what.map { WorkerError(.startFailed, "\($0) before it was ready", report.words) }
        ?? WorkerError(.startFailed, report.words)
    error.worker = report.slot
    if case .killed(let signal) = report.end { error.signal = signal }
    if report.wasReady { noteBadEnd(error) } else { notices.append(.startFailed(error)) }
  }

  private func noteBadEnd(_ error: WorkerError) {
    if badEnd == nil { badEnd = error }
    notices.append(.finishFailed(error))
  }

  /// Tells of what has happened, without the lock: whoever is told may use the pool.
  private func tell() {
    let notices = lock.withLock {
      defer { self.notices = [] }
      return self.notices
    }
    for notice in notices { options.onNotice(notice) }
  }

  // MARK: Failing

  private func carefully(_ body: () throws(SystemError) -> Void) {
    do throws(SystemError) { try body() } catch { fail(PoolError(error)) }
  }

  private func fail(_ error: PoolError) {
    if failure != nil { return }
    failure = error
    driver.giveUp(.interrupted)
  }

  // MARK: Leaving

  var isClosed: Bool { lock.withLock { !isOpen } }

  func close() throws(PoolError) {
    let poller = Poller()
    beginLeaving()
    while let (places, limit) = leaveFurther() {
      poller.wait(places, milliseconds: limit)
      lock.withLock { takeEvents() }
    }
    try endLeaving()
  }

  func close(isolation: isolated (any Actor)?) async throws(PoolError) {
    let poller = Poller()
    beginLeaving()
    while let (places, limit) = leaveFurther() {
      await poller.wait(
        places, milliseconds: limit, heedsCancellation: false, isolation: isolation)
      lock.withLock { takeEvents() }
    }
    try endLeaving()
  }

  private func beginLeaving() {
    lock.withLock {
      guard isOpen else { return }
      phase = .leaving(until: Clock.now().plus(leaveTime))
      if !driver.isFinished { driver.abandon() }
      wakeOthers(than: nil)
    }
  }

  /// - Returns: what is to be waited for, and for how long at most; `nil` where all have left.
  private func leaveFurther() -> (PollPlaces, Int?)? {
    lock.withLock {
      guard case .leaving(let end) = phase else { return nil }
      let now = Clock.now()
      // What is thrown away makes room for those who are still writing.
      carefully { () throws(SystemError) in try driver.pump() }
      if end <= now, !driver.isFinished {
        phase = .leaving(until: .max)
        noteBadEnd(
          WorkerError(
            .finishFailed, "\(driver.workers.count) workers did not leave in time and were killed"))
        driver.giveUp(.interrupted)
      }
      guard !driver.isFinished else {
        finish()
        return nil
      }
      let limits = [driver.prepareToWait(), end == .max ? nil : end.millisecondsFrom(now)]
      return (driver.watch.poll.watched, limits.compactMap(\.self).min())
    }
  }

  private func finish() {
    phase = .closed
    carefully { () throws(SystemError) in try driver.flow.flush() }
    driver.disband()
  }

  private func endLeaving() throws(PoolError) {
    tell()
    let error = lock.withLock {
      defer { badEnd = nil }
      return badEnd
    }
    if let error { throw .finish(error) }
  }

  func letGo() {
    lock.withLock {
      guard isOpen else { return }
      phase = .closed
      if !driver.isFinished { driver.abandon() }
      driver.letGo(within: leaveTime)
    }
  }
}

extension PoolState.Demand {
  fileprivate func limited(to room: Int) -> PoolState.Demand {
    var demand = self
    demand.records = min(records, room)
    return demand
  }
}
