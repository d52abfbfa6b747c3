import VimapBytes
import VimapSystem

/// How long a command took over the records that it answers: since the first of them was fed, while
/// it owed nothing, or since the answers before, if that was later. Answers that come at once share
/// that time, so that all times together are the command's.
struct ServiceClock {
  private var since: Nanoseconds = 0
  /// Answers that have come and are to be used, and the time that they share.
  private var answers = 0
  private var time: Nanoseconds = 0

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
