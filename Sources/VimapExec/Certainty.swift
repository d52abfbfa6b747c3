import VimapBytes
import VimapSystem

/// Says when it is certain that answers stand beside their records: when the command has answered
/// everything and then been quiet for longer than an answer takes it.
///
/// If answers and records turn out not to match up, everything that was answered since the last
/// such moment is in doubt. To limit that, a command that is always busy is given nothing more now
/// and then, until it has answered everything.
final class Certainty {
  /// The command has been given something, and has not answered everything since.
  private var busySince: Nanoseconds?
  /// Since when it has answered everything.
  private var evenSince: Nanoseconds?
  /// When it was certain last.
  private var certainAt: Nanoseconds = 0
  private var bytes = 0
  private var answers = 0
  /// Answers since the command had last answered everything. Where answers are missing, no others
  /// are in doubt: from a record that is left out on, something is always owed.
  private(set) var answersSinceEven = 0
  /// How long all answers took, and how many there were.
  private var busyTime: Nanoseconds = 0
  private var answerCount = 0
  /// Nothing more is to be fed before it is certain again.
  private(set) var isAwaited = false

  private static let shortestQuiet: Nanoseconds = .milliseconds(2)
  private static let longestQuiet: Nanoseconds = .seconds(1)
  /// So many bytes of input may be in doubt, …
  private static let mostBytes = 32 << 20
  /// …for so long, or for so many times as long as it takes to find out.
  private static let shortestDoubt: Nanoseconds = .seconds(1)
  private static let doubtFactor: UInt64 = 64

  /// Starts over at a moment at which nothing is in doubt.
  func begin(_ now: Nanoseconds) {
    (busySince, evenSince) = (nil, nil)
    certainAt = now
    (bytes, answers, answersSinceEven) = (0, 0, 0)
    isAwaited = false
  }

  /// The command was given records of so many bytes.
  func noteFed(_ bytes: Int, _ now: Nanoseconds) {
    self.bytes += bytes
    evenSince = nil
    busySince = busySince ?? now
  }

  /// The command has answered.
  /// - Parameter isEven: it has answered everything that it was fed.
  func noteAnswers(_ count: Int, isEven: Bool, _ now: Nanoseconds) {
    answers += count
    answersSinceEven = isEven ? 0 : answersSinceEven + count
    answerCount += count
    busyTime += now &- (busySince ?? now)
    busySince = isEven ? nil : now
    evenSince = isEven ? now : nil
  }

  /// Something was answered since it was certain last.
  var hasDoubts: Bool { answers > 0 }

  /// So much is in doubt, or has been for so long, that it is time to find out.
  func isDue(_ now: Nanoseconds) -> Bool {
    let isLong = now >= certainAt + max(Self.shortestDoubt, Self.doubtFactor * quiet)
    return answers > 0 && (bytes >= Self.mostBytes || isLong)
  }

  /// Has the command given nothing more until it is certain again.
  func holdFeeding() { isAwaited = true }

  /// How long the command is quiet that has nothing more to say.
  private var quiet: Nanoseconds {
    let each = answerCount > 0 ? busyTime / UInt64(answerCount) : 0
    return min(max(4 * each, Self.shortestQuiet), Self.longestQuiet)
  }

  /// When it will be certain, if nothing comes before.
  var nextCheck: Nanoseconds? {
    guard answers > 0, let evenSince else { return nil }
    return evenSince + quiet
  }

  /// Whether it is certain now, for the first time since something was answered.
  func check(_ now: Nanoseconds) -> Bool {
    guard let moment = nextCheck, now >= moment else { return false }
    begin(now)
    return true
  }
}
