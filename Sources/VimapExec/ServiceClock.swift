import VimapSystem

/// How long a command took over the records that it answers: since the first of them was fed, while
/// it owed nothing, or since the answers before, if that was later. Answers that are read at once
/// took equally long.
struct ServiceClock {
  private var since: Nanoseconds = 0
  private var last = 0.0

  /// A record is fed to a command that owes none.
  mutating func begin(_ now: Nanoseconds) {
    since = now
    last = 0
  }

  /// The time of answers that are taken now.
  func seconds(_ now: Nanoseconds) -> Double { now > since ? Double(now - since) / 1e9 : last }

  /// Answers were taken.
  mutating func noteAnswers(_ now: Nanoseconds) {
    last = seconds(now)
    since = now
  }
}
