import VimapSystem

/// How long a command has owed answers and said nothing, and what to do about it.
///
/// A command that has read all its input and says nothing is at work, or holds its answers back in
/// a buffer until it is given more. One that uses a processor, or waits for one, is at work. Else
/// nothing tells the two apart but that the second reads on: so it is given more each time it has
/// taken everything in, at growing intervals, and one that is at work is given little that it does
/// not take.
final class StallDetector {
  enum Finding {
    /// The command has taken in everything that it was given, and waits: more may help.
    case wantsMore
    /// That has been so for so long that a person should know.
    case stalled
  }

  private var since: Nanoseconds = 0
  /// When the last answer came or, before the first, the first record.
  private var quietSince: Nanoseconds?
  /// Since when the command is known to have taken in everything.
  private var idleSince: Nanoseconds?
  private var interval = StallDetector.shortestInterval
  /// When to look next.
  private(set) var nextCheck: Nanoseconds = 0
  private var hasComplained = false
  /// The longest that a command has said nothing and then answered, other than for the end of its
  /// input.
  private var longestBroken: Nanoseconds?
  /// It has been so much longer than ever before that the answers owed will not come as long as the
  /// command's input is open. What is given in between does not change that, until it answers.
  private(set) var isUnprecedented = false

  private static let shortestInterval: Nanoseconds = .milliseconds(20)
  private static let longestInterval: Nanoseconds = .milliseconds(640)
  private static let intervalAtWork: Nanoseconds = .milliseconds(40)
  private static let missing: Nanoseconds = .seconds(1)
  private static let stall: Nanoseconds = .seconds(5)
  private static let longestWork: Nanoseconds = .seconds(10)

  /// There is more to be fed.
  func noteRecords(_ now: Nanoseconds) {
    since = now
    quietSince = quietSince ?? now
    nextCheck = now.plus(interval)
  }

  /// Something was answered.
  /// - Parameter wasAtWork: not because the command's input had ended.
  func noteAnswer(_ now: Nanoseconds, wasAtWork: Bool = true) {
    if wasAtWork { longestBroken = max(longestBroken ?? 0, now &- since) }
    interval = Self.shortestInterval
    idleSince = nil
    isUnprecedented = false
    quietSince = now
    noteRecords(now)
  }

  /// The command was seen to have taken in everything, and has not answered since.
  var hasSeenIdle: Bool { idleSince != nil }

  /// A command has answered something while its input was open.
  var hasSeenAnswer: Bool { longestBroken != nil }

  /// It has been so long that a command which answers as it goes will not answer any more.
  func isLong(_ now: Nanoseconds) -> Bool { now >= since.plus(Self.missing) }

  /// It has been so long that even a command which is seen at work may be waiting, in a loop.
  func isVeryLong(_ now: Nanoseconds) -> Bool {
    quietSince.map { now >= $0.plus(Self.longestWork) } ?? false
  }

  /// Looks again, at or after ``nextCheck``.
  func check(_ now: Nanoseconds, isIdle: () -> Bool) -> Finding? {
    guard now >= nextCheck else { return nil }
    if now >= since.plus(max(Self.missing, longestBroken.map { 4 * $0 } ?? 2 * Self.stall)) {
      isUnprecedented = true
    }
    guard isIdle() else {
      idleSince = nil
      // As soon as its work is done, it may wait for more.
      interval = Self.intervalAtWork
      nextCheck = now.plus(interval)
      return nil
    }
    interval = min(Self.longestInterval, interval * 2)
    nextCheck = now.plus(interval)
    let idle = idleSince ?? now
    idleSince = idle
    if !hasComplained, now >= idle + Self.stall {
      hasComplained = true
      return .stalled
    }
    return .wantsMore
  }
}
