import VimapSystem

/// How long the first of the records that a command owes has been owed: since it was fed, or since
/// the answer before it came, if that was later.
struct Stopwatch {
  let limit: Nanoseconds?
  /// When the time is over.
  private(set) var end: Nanoseconds?

  init(limit: Nanoseconds?) {
    self.limit = limit
  }

  /// Begins anew, by the clock itself: the supervisor's is of before it last waited for the pool.
  mutating func restart() {
    end = limit.map { Clock.now().plus($0) }
  }

  func isOver(_ now: Nanoseconds) -> Bool { end.map { now >= $0 } ?? false }
}
