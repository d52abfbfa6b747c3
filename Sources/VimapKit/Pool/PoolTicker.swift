import VimapSystem

/// How often to call whoever looks at a run; see ``RecordPool/watch(every:_:)``.
package struct TickPace: Sendable {
  /// The time until the first call.
  package var first: Duration
  /// The time between two calls, if something has changed.
  package var busy: Duration
  /// The time between two calls, if nothing has changed.
  package var quiet: Duration

  /// The same interval, whether or not something changes.
  package init(_ interval: Duration) {
    (first, busy, quiet) = (interval, interval, interval)
  }

  /// Intervals that depend on whether something has changed.
  package init(first: Duration, busy: Duration, quiet: Duration) {
    (self.first, self.busy, self.quiet) = (first, busy, quiet)
  }
}

/// Says when to call whoever looks at a run: soon if something has changed, and seldom otherwise,
/// so that an idle pool is hardly woken up.
struct PoolTicker {
  private let busy: Nanoseconds
  private let quiet: Nanoseconds
  private var due: (busy: Nanoseconds, quiet: Nanoseconds)
  /// The activity at the last call.
  private var seen = 0

  init(_ pace: TickPace, _ now: Nanoseconds) {
    busy = pace.busy.nanoseconds
    quiet = pace.quiet.nanoseconds
    due = (now.plus(pace.first.nanoseconds), now.plus(pace.first.nanoseconds))
  }

  /// The time of the next call, as things stand.
  func next(activity: Int) -> Nanoseconds { activity == seen ? due.quiet : due.busy }

  /// Whether it is time for a call. If so, the next one is scheduled.
  mutating func take(_ now: Nanoseconds, activity: Int) -> Bool {
    guard now >= next(activity: activity) else { return false }
    seen = activity
    due = (now.plus(busy), now.plus(quiet))
    return true
  }
}
