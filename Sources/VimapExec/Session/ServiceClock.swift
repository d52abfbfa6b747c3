import VimapBytes
import VimapSystem

/// How long a command took for each answer. The time counts from when the record was fed to a
/// command that owed nothing, or from the answer before. Answers that come together share their
/// time, so that all times add up to the command's.
struct ServiceClock {
  private var since: Nanoseconds
  /// Answers that have come and are to be used, and the time that they share.
  private var answers = 0
  private var time: Nanoseconds = 0

  init(from start: Nanoseconds) { since = start }

  /// A record is fed to a command that owes none.
  mutating func begin(_ now: Nanoseconds) { since = now }

  /// The command has now given so many answers that are not used yet.
  mutating func noteWaiting(_ count: Int, _ now: Nanoseconds) {
    if count == 0 { (answers, time) = (0, 0) }
    guard count > answers else { return }
    time += now > since ? now - since : 0
    since = max(since, now)
    answers = count
  }

  /// The time of each answer that waits to be used.
  var share: Double { answers > 0 ? Double(time) / Double(answers) / 1e9 : 0 }

  /// So many answers have been used.
  mutating func noteUsed(_ count: Int) {
    guard count < answers else {
      (answers, time) = (0, 0)
      return
    }
    time -= time / UInt64(answers) * UInt64(count)
    answers -= count
  }

  /// The time since the last answer, of a record that there will be no answer to.
  mutating func lapse(_ now: Nanoseconds) -> Double {
    let time = now > since ? now - since : 0
    since = max(since, now)
    return Double(time) / 1e9
  }
}
