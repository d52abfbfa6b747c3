import VimapSystem

/// How often somebody wants to look at a run; see ``RecordPool/watch(every:_:)``.
package struct TickPace: Sendable {
  /// The first time.
  package var first: Duration
  /// Between two times, where something has changed.
  package var busy: Duration
  /// Between two times, where nothing has.
  package var quiet: Duration

  /// The same pace whether or not something changes.
  package init(_ interval: Duration) {
    (first, busy, quiet) = (interval, interval, interval)
  }

  /// A pace that depends on whether something has changed.
  package init(first: Duration, busy: Duration, quiet: Duration) {
    (self.first, self.busy, self.quiet) = (first, busy, quiet)
  }
}

/// Says when somebody is to be called who looks at a run: soon where something has changed, and
/// else seldom, so that a pool in which nothing happens is hardly woken up.
struct PoolTicker {
  private let busy: Nanoseconds
  private let quiet: Nanoseconds
  private var due: (busy: Nanoseconds, quiet: Nanoseconds)
  /// The activity that was there the last time.
  private var seen = 0

  init(_ pace: TickPace, _ now: Nanoseconds) {
    busy = pace.busy.nanoseconds
    quiet = pace.quiet.nanoseconds
    due = (now.plus(pace.first.nanoseconds), now.plus(pace.first.nanoseconds))
  }

  /// When it is time, as things stand.
  func next(activity: Int) -> Nanoseconds { activity == seen ? due.quiet : due.busy }

  /// Whether it is time; the next time is then another.
  mutating func take(_ now: Nanoseconds, activity: Int) -> Bool {
    guard now >= next(activity: activity) else { return false }
    seen = activity
    due = (now.plus(busy), now.plus(quiet))
    return true
  }
}
