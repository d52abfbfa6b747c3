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
    let threads = (try? Process.threadCount()) ?? 1
    guard threads == 1 || options.allowsThreads else { throw .threads(count: threads) }
    // What is still in it would be written by each process.
    Process.flushStreams()
    do throws(SystemError) {
      driver = try PoolDriver(
        options.configuration(jobs: jobs), target: queue,
        seat: { WorkerSeat(number: $0, jobs: jobs, initArguments: [:]) }, body: body)
    } catch {
      throw .system(error)
    }
    feed = ValueFeed(slabs: driver.slabs, retryWhen: options.retryWhen)
    driver.feed = feed
    driver.onNotice = onNotice
    driver.performActions()
  }

  func add(_ source: InputSource) throws(PoolError) {
    guard !isClosed, !driver.state.inputHasEnded else { throw .closed }
    feed.add(source)
  }

  var inFlight: Int { driver.state.unfinished + feed.takenAhead }

  var hasUnread: Bool { !isClosed && (!feed.isExhausted || inFlight > 0 || !queue.isEmpty) }

  // MARK: Working

  func advance(handedOut: Int) throws(PoolError) -> PoolStep {
    if isClosed { return .end }
    driver.state.release(records: handedOut)
    try closingOnFailure { () throws(SystemError) in try driver.pump() }
    if let piece = queue.next() { return .results(piece) }
    if driver.state.startFailure != nil { tellOfLoss() }
    let isAtEnd = driver.isFinished || (feed.isExhausted && driver.state.unfinished == 0)
    guard isAtEnd else { return .wait }
    return closesWhenDone ? leave() : .end
  }

  func lookAround(handedOut: Int) throws(PoolError) {
    if isClosed { return }
    driver.state.release(records: handedOut)
    // It takes a system call, which would show if it were made more often.
    let now = Clock.roughlyNow()
    if now - lastLook < Self.lookInterval { return }
    lastLook = now
    try closingOnFailure { () throws(SystemError) in
      _ = driver.prepareToWait()
      try driver.poll.wait(milliseconds: 0)
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
  private func tellOfLoss() {
    guard !hasToldOfLoss, let failure = driver.state.startFailure else { return }
    hasToldOfLoss = true
    onNotice(.noWorkerLeft(reason: failure.message))
  }

  // MARK: Waiting

  private func waitLimit(_ limit: Duration?) -> Int? {
    let now = Clock.now()
    let limits = [
      driver.prepareToWait(), leaveDeadline?.millisecondsFrom(now),
      limit.map { now.advanced(by: Int($0.nanoseconds)).millisecondsFrom(now) },
    ]
    return limits.compactMap(\.self).min()
  }

  func wait(atMost limit: Duration?) throws(PoolError) {
    let limit = waitLimit(limit)
    try closingOnFailure { () throws(SystemError) in
      try driver.poll.wait(milliseconds: limit)
      try driver.takeEvents()
    }
  }

  func waitElsewhere(
    atMost limit: Duration?, isolation: isolated (any Actor)?
  ) async throws(PoolError) {
    let milliseconds = waitLimit(limit)
    await poller.wait(driver.poll.watched, milliseconds: milliseconds, isolation: isolation)
    try wait(atMost: .zero)
  }

  // MARK: Leaving

  /// Sees the workers out, as far as that goes without waiting.
  private func leave() -> PoolStep {
    let now = Clock.now()
    if leaveDeadline == nil {
      leaveDeadline = now + leaveTime
      driver.state.endInput()
      driver.performActions()
    } else if let deadline = leaveDeadline, deadline <= now, !driver.isFinished {
      onNotice(.workersKilled(count: driver.crew.count))
      leaveDeadline = .max
      driver.giveUp(.interrupted)
    }
    guard driver.isFinished else { return .wait }
    end()
    return .end
  }

  private func end() {
    isClosed = true
    feed.discard()
    queue.discard()
    driver.carefully { try driver.flow.flush() }
    driver.disband()
  }

  func close() {
    if isClosed { return }
    feed.discard()
    if !driver.isFinished { driver.abandon() }
    do throws(SystemError) {
      while case .wait = leave() {
        try driver.poll.wait(milliseconds: waitLimit(nil))
        try driver.takeEvents()
        try driver.pump()
      }
    } catch {
      // The workers cannot be waited for; they are killed.
      end()
    }
  }
}
