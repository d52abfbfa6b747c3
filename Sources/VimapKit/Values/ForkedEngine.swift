import VimapSystem

/// A pool whose workers are processes.
final class ForkedEngine<Output: Codable>: PoolEngine {
  private let driver: PoolDriver
  private let feed: ValueFeed
  private let queue = ResultQueue<Output>()
  private let onNotice: (PoolNotice) -> Void
  private let leaveTime: Nanoseconds
  private lazy var poller = Poller()
  var closesWhenDone = false
  private(set) var isClosed = false

  /// Results handed out that the driver has not been told of.
  private var handedOut = 0
  /// Something has happened that the driver has not acted upon.
  private var hasNews = true
  /// When the workers are killed that have not left.
  private var leaveDeadline: Nanoseconds?
  private var hasToldOfLoss = false

  /// How many results are handed out before the workers are looked after again. It takes a system
  /// call, which would show if it were made for each.
  private static var stride: Int { 32 }

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

  func add(_ source: any InputSource) throws(PoolError) {
    guard !isClosed, !driver.state.inputHasEnded else { throw .closed }
    feed.add(source)
    hasNews = true
  }

  var inFlight: Int { driver.state.unfinished - handedOut }

  var hasUnread: Bool { !isClosed && (!feed.isExhausted || inFlight > 0 || !queue.isEmpty) }

  // MARK: Working

  func advance() throws(PoolError) -> PoolStep<Output> {
    if isClosed { return .end }
    if !hasNews, handedOut < Self.stride, let taken = take() { return .result(taken) }
    do throws(SystemError) {
      if !hasNews, !queue.isEmpty { try lookAround() }
      hasNews = false
      driver.state.release(records: handedOut)
      handedOut = 0
      try driver.pump()
    } catch {
      close()
      throw .system(error)
    }
    if let taken = take() { return .result(taken) }
    if driver.state.startFailure != nil { tellOfLoss() }
    let isAtEnd = driver.isFinished || (feed.isExhausted && driver.state.unfinished == 0)
    guard isAtEnd else { return .wait }
    return closesWhenDone ? leave() : .end
  }

  private func take() -> Taken<Output>? {
    guard let taken = queue.next() else { return nil }
    if taken.kept != nil { handedOut += 1 }
    return taken
  }

  /// Takes in what has happened, without waiting.
  private func lookAround() throws(SystemError) {
    _ = driver.prepareToWait()
    try driver.poll.wait(milliseconds: 0)
    try driver.takeEvents()
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
    hasNews = true
    let limit = waitLimit(limit)
    do throws(SystemError) {
      try driver.poll.wait(milliseconds: limit)
      try driver.takeEvents()
    } catch {
      close()
      throw .system(error)
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
  private func leave() -> PoolStep<Output> {
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
