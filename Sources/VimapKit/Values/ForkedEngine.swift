import VimapBytes
import VimapSystem

/// A pool whose workers are processes.
final class ForkedEngine: PoolEngine {
  private let driver: PoolDriver
  private let feed: ValueFeed
  private let queue = ResultQueue()
  private let onNotice: (PoolNotice) -> Void
  private let leaveTime: Nanoseconds
  private lazy var poller = Poller()
  var closesWhenDone = false
  private(set) var isClosed = false

  /// When the workers are killed that have not left.
  private var leaveDeadline: Nanoseconds?
  private var hasToldOfLoss = false
  private var lastLook: Nanoseconds = 0

  /// How often the workers are looked after while there are results to be handed out. They have
  /// work for longer.
  private static let lookInterval = Nanoseconds.milliseconds(1)

  init(_ options: PoolOptions, jobs: Int, body: @escaping WorkerBody) throws(PoolError) {
    onNotice = options.onNotice
    leaveTime = options.leaveTime.nanoseconds
    let threads = (try? SystemProcess.threadCount()) ?? 1
    guard threads == 1 || options.allowsThreads else { throw .threads(count: threads) }
    // What is still in it would be written by each process.
    SystemProcess.flushStreams()
    do throws(SystemError) {
      driver = try PoolDriver(
        options.configuration(jobs: jobs), target: queue,
        context: { WorkerContext(number: $0, jobs: jobs, initArguments: [:]) }, body: body)
    } catch {
      throw .system(error)
    }
    feed = ValueFeed(slabs: driver.slabs, retryWhen: options.retryWhen)
    driver.feed = feed
    driver.onEvent = { [onNotice = options.onNotice] event in
      if case .fewerWorkers(let running, let reason) = event {
        onNotice(.fewerWorkers(running: running, reason: reason))
      }
    }
    driver.performActions()
  }

  func add(_ source: InputSource) throws(PoolError) {
    if let failure = driver.state.phase.failure { throw .noWorkerLeft(reason: failure.message) }
    guard !isClosed, driver.state.phase.mayRead else { throw .closed }
    feed.add(source)
  }

  var inFlight: Int { driver.state.admission.unfinished + feed.takenAhead }

  var hasInputs: Bool { !feed.isExhausted }

  // MARK: Working

  func noteHandedOut(_ count: Int) { driver.state.release(records: count) }

  func advance() throws(PoolError) -> PoolStep {
    if isClosed { return .end }
    try closingOnFailure { () throws(SystemError) in try driver.pump() }
    if let piece = queue.next() { return .results(piece) }
    if driver.state.phase.failure != nil {
      try tellOfLoss()
      if let piece = queue.next() { return .results(piece) }
    }
    let isAtEnd = driver.isFinished || (feed.isExhausted && driver.state.admission.unfinished == 0)
    guard isAtEnd else { return .wait }
    return closesWhenDone ? leave() : .end
  }

  func lookAround() throws(PoolError) {
    if isClosed { return }
    // It takes a system call, which would show if it were made more often.
    let now = Clock.roughlyNow()
    if now - lastLook < Self.lookInterval { return }
    lastLook = now
    try closingOnFailure { () throws(SystemError) in
      _ = driver.prepareToWait()
      try driver.watch.poll.wait(milliseconds: 0)
      try driver.takeEvents()
      try driver.pump()
    }
  }

  func release(_ piece: ResultPiece) { queue.release(piece) }

  private func closingOnFailure(_ body: () throws(SystemError) -> Void) throws(PoolError) {
    do throws(SystemError) {
      try body()
    } catch {
      close()
      throw .system(error)
    }
  }

  /// All workers are gone, and there were inputs left.
  private func tellOfLoss() throws(PoolError) {
    guard let failure = driver.state.phase.failure else { return }
    try closingOnFailure { () throws(SystemError) in
      while let cut = try feed.cutTakenAhead() { driver.answer(cut, .cannotStart(failure)) }
    }
    if hasToldOfLoss { return }
    hasToldOfLoss = true
    onNotice(.noWorkerLeft(reason: failure.message))
  }

  // MARK: Waiting

  private func waitLimit(_ limit: Duration?) -> Int? {
    let now = Clock.now()
    let limits = [
      driver.prepareToWait(), leaveDeadline?.millisecondsFrom(now),
      limit.map { now.plus($0.nanoseconds).millisecondsFrom(now) },
    ]
    return limits.compactMap(\.self).min()
  }

  func wait(atMost limit: Duration?) throws(PoolError) {
    let limit = waitLimit(limit)
    try closingOnFailure { () throws(SystemError) in
      try driver.watch.poll.wait(milliseconds: limit)
      try driver.takeEvents()
    }
  }

  func waitElsewhere(
    atMost limit: Duration?, isolation: isolated (any Actor)?
  ) async throws(PoolError) {
    let milliseconds = waitLimit(limit)
    await poller.wait(driver.watch.poll.watched, milliseconds: milliseconds, isolation: isolation)
    if !isClosed { try wait(atMost: .zero) }
  }

  // MARK: Leaving

  /// Sees the workers out, as far as that goes without waiting.
  private func leave() -> PoolStep {
    let now = Clock.now()
    if leaveDeadline == nil {
      leaveDeadline = now.plus(leaveTime)
      driver.state.endInput()
      driver.performActions()
    } else if let deadline = leaveDeadline, deadline <= now, !driver.isFinished {
      let count = driver.workers.count
      leaveDeadline = .max
      driver.giveUp(.interrupted)
      // Told last, as whoever is told may close the pool.
      onNotice(.workersKilled(count: count))
      if isClosed { return .end }
    }
    guard driver.isFinished else { return .wait }
    end()
    return .end
  }

  private func end() {
    if isClosed { return }
    isClosed = true
    feed.discard()
    queue.discard()
    driver.carefully { try driver.flow.flush() }
    driver.disband()
  }

  func close() {
    abandon()
    do throws(SystemError) {
      while try leaveFurther() {
        try driver.watch.poll.wait(milliseconds: waitLimit(nil))
        try driver.takeEvents()
      }
    } catch {
      // The workers cannot be waited for; they are killed.
      end()
    }
  }

  func closeElsewhere(isolation: isolated (any Actor)?) async {
    abandon()
    do throws(SystemError) {
      while try leaveFurther() {
        let limit = waitLimit(nil)
        await poller.wait(
          driver.watch.poll.watched, milliseconds: limit, heedsCancellation: false,
          isolation: isolation)
        if isClosed { return }
        try driver.watch.poll.wait(milliseconds: 0)
        try driver.takeEvents()
      }
    } catch {
      end()
    }
  }

  private func abandon() {
    if isClosed { return }
    feed.discard()
    if !driver.isFinished { driver.abandon() }
  }

  /// Goes on with seeing the workers out; `true` where that has to wait for something.
  private func leaveFurther() throws(SystemError) -> Bool {
    if isClosed { return false }
    // What is thrown away makes room for those who are still writing.
    try driver.pump()
    if case .wait = leave() { return true }
    return false
  }
}
