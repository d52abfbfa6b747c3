import VimapSystem

/// A pool's engine and the books kept about it; shared by a ``Pool`` and all that reads from it.
@usableFromInline
final class PoolCore {
  let engine: any PoolEngine
  let onNotice: (PoolNotice) -> Void
  @usableFromInline let keepsResults: Bool
  /// What came out, where that is kept.
  private(set) var results: [Any] = []
  /// The results being handed out.
  @usableFromInline let cursor = PieceCursor()

  /// Inputs that came out, up to the piece being handed out.
  private var done = 0
  private var failed = 0
  /// Results handed out of that piece that the engine has been told of.
  private var toldOf = 0
  /// Somebody waits for a result.
  private var isInUse = false
  private let started = Clock.now()
  private var ticker: Ticker?

  private struct Ticker {
    var interval: Nanoseconds
    var next: Nanoseconds
    var report: (PoolProgress) -> Void
  }

  init(_ engine: any PoolEngine, _ options: PoolOptions) {
    self.engine = engine
    onNotice = options.onNotice
    keepsResults = options.keepsResults
  }

  deinit {
    if hasUnread { onNotice(.unreadResults) }
    engine.close()
  }

  /// Inputs taken whose results have not been handed out.
  var inFlight: Int { engine.inFlight - (cursor.handedOut - toldOf) }

  private var hasUnread: Bool {
    !engine.isClosed && (!cursor.isAtEnd || inFlight > 0 || engine.hasInputs)
  }

  // MARK: Results

  /// Sees to it that there is a result to be handed out, waiting for it; `false` at the end.
  @usableFromInline
  func prepare() throws(PoolError) -> Bool {
    try begin()
    defer { isInUse = false }
    while true {
      switch try step() {
      case .result: return true
      case .end: return false
      case .wait: try engine.wait(atMost: untilTick)
      }
    }
  }

  /// As ``prepare()``, without holding up the caller's thread.
  @usableFromInline
  func prepare(isolation: isolated (any Actor)?) async throws -> Bool {
    try begin()
    defer { isInUse = false }
    while true {
      switch try step() {
      case .result: return true
      case .end: return false
      case .wait:
        try Task.checkCancellation()
        try await engine.waitElsewhere(atMost: untilTick, isolation: isolation)
      }
    }
  }

  private func begin() throws(PoolError) {
    if isInUse { throw .inUse }
    isInUse = true
  }

  private enum Step { case result, wait, end }

  private func step() throws(PoolError) -> Step {
    tick()
    if cursor.hasMore { return .result }
    if !cursor.isAtEnd {
      tellOfHandedOut()
      try engine.lookAround()
      cursor.goOn()
      return .result
    }
    finishPiece()
    switch try engine.advance() {
    case .results(let piece):
      cursor.begin(piece)
      return .result
    case .wait: return .wait
    case .end:
      tick(isLast: true)
      return .end
    }
  }

  private func tellOfHandedOut() {
    engine.noteHandedOut(cursor.handedOut - toldOf)
    toldOf = cursor.handedOut
  }

  private func finishPiece() {
    tellOfHandedOut()
    (done, failed) = cameOut
    toldOf = 0
    if let piece = cursor.endPiece() { engine.release(piece) }
  }

  /// Nothing more will be handed out.
  func close() {
    finishPiece()
    engine.close()
  }

  /// As ``close()``, without holding up the caller's thread.
  func close(isolation: isolated (any Actor)?) async {
    finishPiece()
    await engine.closeElsewhere(isolation: isolation)
  }

  @usableFromInline
  func keep(_ result: Any) { results.append(result) }

  // MARK: Progress

  var progress: PoolProgress {
    let (done, failed) = cameOut
    return PoolProgress(
      done: done, failed: failed, inFlight: inFlight,
      elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
  }

  private var cameOut: (done: Int, failed: Int) {
    cursor.isException
      ? (done, failed + cursor.handedOut) : (done + cursor.handedOut, failed)
  }

  func reportProgress(every interval: Duration, _ report: @escaping (PoolProgress) -> Void) {
    let interval = max(1, interval.nanoseconds)
    ticker = Ticker(interval: interval, next: Clock.now().plus(interval), report: report)
  }

  private var untilTick: Duration? {
    ticker.map { .milliseconds($0.next.millisecondsFrom(Clock.now())) }
  }

  private func tick(isLast: Bool = false) {
    guard var due = ticker else { return }
    let now = Clock.now()
    guard isLast || due.next <= now else { return }
    due.next = now.plus(due.interval)
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
