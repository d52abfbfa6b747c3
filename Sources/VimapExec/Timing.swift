import VimapSystem

/// How long a command has owed answers and said nothing, and what to do about it.
///
/// A command that has read all its input and stays silent is at work, or holds its answers back in
/// a buffer until it is given more. One that uses a processor, or waits for one, is at work. Else
/// nothing tells the two apart but that the second reads on: so it is given more each time it has
/// taken everything in, at growing intervals, and one that is at work is given little that it does
/// not take.
struct Silence {
  enum Check {
    /// Everything given was taken in, and the command waits: more may help.
    case hungry
    /// So long that a person should know.
    case stalled
  }

  private var since: Nanoseconds = 0
  /// Since when the command is known to have taken in everything.
  private var idleSince: Nanoseconds?
  private var interval = Silence.shortest
  /// When to look next.
  private(set) var nextCheck: Nanoseconds = 0
  private var hasComplained = false
  /// The longest that it has been silent and then answered, and not for the end of its input.
  private var longestBroken: Nanoseconds?

  private static let shortest: Nanoseconds = .milliseconds(20)
  private static let longest: Nanoseconds = .milliseconds(640)
  private static let whileAtWork: Nanoseconds = .milliseconds(40)
  private static let missing: Nanoseconds = .seconds(1)
  private static let stall: Nanoseconds = .seconds(5)
  private static let longestWork: Nanoseconds = .seconds(60)

  /// More was given to be fed.
  mutating func hasMore(_ now: Nanoseconds) {
    since = now
    nextCheck = now.plus(interval)
  }

  /// Something was answered.
  /// - Parameter wasAtWork: not because the command's input had ended.
  mutating func isBroken(_ now: Nanoseconds, wasAtWork: Bool = true) {
    if wasAtWork { longestBroken = max(longestBroken ?? 0, now &- since) }
    interval = Self.shortest
    idleSince = nil
    isUnlikeBefore = false
    hasMore(now)
  }

  /// The command has been seen to have taken in everything, and to say nothing.
  var wasSeen: Bool { idleSince != nil }

  /// So long that a command which answers as it goes will not answer any more.
  func isLong(_ now: Nanoseconds) -> Bool { now >= since.plus(Self.missing) }

  /// So long that even a command which is seen at work may be waiting, in a loop.
  func isVeryLong(_ now: Nanoseconds) -> Bool { now >= since.plus(Self.longestWork) }

  /// The command has answered something while its input was open.
  var hasBeenBroken: Bool { longestBroken != nil }

  /// It was so much longer than ever before that the answers owed will not come as long as the
  /// command's input is open. What is given in between does not change that, until it answers.
  private(set) var isUnlikeBefore = false

  mutating func check(_ now: Nanoseconds, isIdle: () -> Bool) -> Check? {
    guard now >= nextCheck else { return nil }
    if now >= since.plus(max(Self.missing, longestBroken.map { 4 * $0 } ?? 2 * Self.stall)) {
      isUnlikeBefore = true
    }
    guard isIdle() else {
      idleSince = nil
      // As soon as its work is done, it may wait for more.
      interval = Self.whileAtWork
      nextCheck = now.plus(interval)
      return nil
    }
    interval = min(Self.longest, interval * 2)
    nextCheck = now.plus(interval)
    let idle = idleSince ?? now
    idleSince = idle
    if !hasComplained, now >= idle + Self.stall {
      hasComplained = true
      return .stalled
    }
    return .hungry
  }
}

/// The pause before a command is started again: none at first, and a short one when it keeps dying
/// without an answer.
struct RestartPause {
  private(set) var over: Nanoseconds = 0
  private var deaths = 0

  mutating func hasAnswered() { deaths = 0 }

  /// So many deaths without an answer that the command is to blame rather than a record.
  var isInVain: Bool { deaths >= Self.free }

  private static let free = 24

  mutating func died(at now: Nanoseconds) {
    deaths += 1
    // There are enough tries without a pause to find one bad record among many.
    over = deaths <= Self.free ? now : now + .milliseconds(100)
  }

  func isOver(_ now: Nanoseconds) -> Bool { now >= over }
}

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

/// The end of a command that is to leave: the pauses and signals of a sequence, one after the
/// other.
struct Farewell {
  private var steps: ArraySlice<TermSequence.Step>
  private(set) var nextStep: Nanoseconds?

  /// - Parameter patience: the most that it has to leave by itself, where that is less than the
  ///   sequence gives it.
  init(_ sequence: TermSequence, from now: Nanoseconds, patience: Nanoseconds = .max) {
    steps = sequence.steps[...]
    nextStep = steps.first.map { now.plus(min($0.pause, patience)) }
  }

  /// The signal to be sent now, if it is time for one.
  mutating func take(_ now: Nanoseconds) -> CInt? {
    guard let time = nextStep, now >= time, let step = steps.popFirst() else { return nil }
    nextStep = steps.first.map { now.plus($0.pause) }
    return step.signal
  }
}
