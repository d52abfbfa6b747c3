import VimapSystem

/// A pool's engine and the books kept about it; shared by a ``Pool`` and all that reads from it.
final class PoolCore<Output: Codable> {
  let engine: any PoolEngine<Output>
  let onNotice: (PoolNotice) -> Void
  private let keepsResults: Bool
  /// What came out, where that is kept.
  private(set) var results: [Any] = []

  private(set) var done = 0
  private(set) var failed = 0
  private let started = Clock.now()
  private var ticker: Ticker?

  private struct Ticker {
    var interval: Nanoseconds
    var next: Nanoseconds
    var report: (PoolProgress) -> Void
  }

  init(_ engine: any PoolEngine<Output>, _ options: PoolOptions) {
    self.engine = engine
    onNotice = options.onNotice
    keepsResults = options.keepsResults
  }

  deinit {
    if engine.hasUnread { onNotice(.unreadResults) }
    engine.close()
  }

  // MARK: Results

  /// The next result, or `nil` at the end; waits for it.
  func next() throws(PoolError) -> Taken<Output>? {
    while true {
      switch try engine.advance() {
      case .result(let taken): return note(taken)
      case .end:
        tick(isLast: true)
        return nil
      case .wait:
        tick()
        try engine.wait(atMost: untilTick)
      }
    }
  }

  /// As ``next()``, without holding up the caller's thread.
  func next(isolation: isolated (any Actor)?) async throws -> Taken<Output>? {
    while true {
      switch try engine.advance() {
      case .result(let taken): return note(taken)
      case .end:
        tick(isLast: true)
        return nil
      case .wait:
        tick()
        try Task.checkCancellation()
        try await engine.waitElsewhere(atMost: untilTick, isolation: isolation)
      }
    }
  }

  private func note(_ taken: Taken<Output>) -> Taken<Output> {
    if case .success = taken.outcome { done += 1 } else if taken.kept != nil { failed += 1 }
    if ticker != nil, (done + failed) & 31 == 0 { tick() }
    return taken
  }

  func keep<Input>(_ result: Mapped<Input, Output>) {
    if keepsResults { results.append(result) }
  }

  // MARK: Progress

  var progress: PoolProgress {
    PoolProgress(
      done: done, failed: failed, inFlight: engine.inFlight,
      elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
  }

  func reportProgress(every interval: Duration, _ report: @escaping (PoolProgress) -> Void) {
    let interval = max(1, interval.nanoseconds)
    ticker = Ticker(interval: interval, next: Clock.now() + interval, report: report)
  }

  private var untilTick: Duration? {
    ticker.map { .milliseconds($0.next.millisecondsFrom(Clock.now())) }
  }

  private func tick(isLast: Bool = false) {
    guard var due = ticker else { return }
    let now = Clock.now()
    guard isLast || due.next <= now else { return }
    due.next = now + due.interval
    ticker = due
    due.report(progress)
  }
}

/// How far a pool has come.
public struct PoolProgress: Sendable, Equatable {
  /// Inputs that came out with an output.
  public var done: Int
  /// Inputs that came out with an error.
  public var failed: Int
  /// Inputs taken whose results have not been handed out.
  public var inFlight: Int
  /// Time since the pool was forked.
  public var elapsed: Duration

  /// Inputs that came out, per second since the pool was forked.
  public var rate: Double {
    let seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    return seconds > 0 ? Double(done + failed) / seconds : 0
  }
}
