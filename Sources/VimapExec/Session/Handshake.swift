import VimapBytes
import VimapSystem

/// Finds out whether a new command prints one answer for each record. Until that is clear, none of
/// its answers is used, and it is given its first records one by one.
///
/// A line too many, such as a banner or a log line, shows in one of two ways: it comes while the
/// record is still unread in the pipe, or it comes behind the answer, before the command was given
/// anything else. There is none if the command has answered everything and then been quiet for
/// longer than an answer takes, or has ended with as many answers as records. How long an answer
/// takes shows by the third line at the latest: the first has loading in it, and the second may be
/// one too many. A fast command is then given a few more records, and some more, in the same way,
/// so that a command that skips records shows as well.
///
/// A command may take records in and say nothing: it is slow, holds its answers back, or skips
/// records. It is given some more records, and all there are when it goes on saying nothing. Its
/// answers are held until they are as many as its records, which may be at its end. But a command
/// that still answers after a second is at work, and is believed, so that its results can be seen.
struct Handshake: Equatable {
  enum Verdict: Equatable {
    /// Nothing is clear yet.
    case open
    /// As many answers as records.
    case passed
    /// It is too slow to be waited for: what it says is used, and is not certain.
    case believed
    /// More answers than records.
    case failed
  }

  private(set) var verdict = Verdict.open
  /// How often it has passed before.
  private(set) var stage = 0
  /// Most records that the command may owe answers for, those held included.
  private(set) var allowance = 1
  /// Answers held.
  private(set) var answers = 0
  private var fedAt: Nanoseconds = 0
  private var answeredAt: Nanoseconds = 0
  private var firstAnswerAt: Nanoseconds?
  /// How long the first answer took and the last, and the longest of all but the first, in which
  /// there is no loading.
  private var firstTook: Nanoseconds = 0
  private var lastTook: Nanoseconds = 0
  private var longest: Nanoseconds = 0
  /// The first stage was passed with a single record before.
  private var isRepeated = false
  private var fed = 0
  private var hasMore = false
  /// When the moment of quiet was begun anew, and how often.
  private var quietFrom: Nanoseconds = 0
  private var extensions = 0
  /// When it was seen last that a command with answers missing is not just slow.
  private var lookedAt: Nanoseconds = 0

  /// The command has to be quiet for so long at least, when it has answered everything. Whether it
  /// prints too much shows in the first stage; further ones are about what it leaves out.
  private static let shortestQuiet: Nanoseconds = .milliseconds(1)
  private static let shortestFurtherQuiet: Nanoseconds = .milliseconds(1) / 4
  /// If a look at that comes so much too late, processors are busy, and the command may have been
  /// kept from going on. It is given more time then, so many times at most.
  private static let lateness: Nanoseconds = .milliseconds(1) / 2
  private static let mostExtensions = 4
  private static let longestQuiet: Nanoseconds = .seconds(1)
  /// The same, where the time of an answer has loading in it.
  private static let longestQuietOfFew: Nanoseconds = .milliseconds(100)
  /// Answers of a slow command are held for no longer than this.
  private static let longestHold: Nanoseconds = .seconds(1)
  private static let slow: Nanoseconds = .milliseconds(250)
  /// So many records a command gets when it says nothing for the first time.
  private static let cautious = 4
  /// How many records it is given one by one, where there are as many.
  private static let oneByOne = 4
  /// How many records it is given in further stages, where an answer takes no longer than this.
  private static let furtherStages = [16, 64]
  private static let fast: Nanoseconds = .milliseconds(5)

  /// A command that need not prove itself.
  static let waived: Handshake = {
    var handshake = Handshake()
    handshake.verdict = .passed
    return handshake
  }()

  var isOpen: Bool { verdict == .open }

  /// What follows when the answers have been used; `nil` where nothing more is asked of the
  /// command.
  var next: Handshake? {
    guard verdict == .passed, stage < Self.furtherStages.count, fed > 0 else { return nil }
    var next = Handshake()
    if stage == 0, fed == 1, !isRepeated {
      // How fast it is does not show by the first answer alone.
      next.isRepeated = true
      return next
    }
    guard longest < Self.fast else { return nil }
    next.stage = stage + 1
    next.allowance = Self.furtherStages[stage]
    return next
  }

  /// The command has been given some records, so many in all.
  mutating func noteFed(_ count: Int, _ now: Nanoseconds) {
    guard isOpen, count > fed else { return }
    fed = count
    fedAt = now
  }

  /// So many answers have come in all.
  /// - Parameters:
  ///   - begun: those of which something has come.
  ///   - unread: how many of the records fed the command has certainly not read.
  ///   - hasMore: there are further records that could be fed.
  mutating func noteAnswers(
    _ count: Int, begun: Int, unread: Int, hasMore: Bool, _ now: Nanoseconds
  ) {
    guard isOpen else { return }
    self.hasMore = hasMore
    if begun > fed - unread {
      verdict = .failed
      return
    }
    guard count > answers else { return }
    lastTook = now &- max(fedAt, answeredAt)
    if answers == 0, stage == 0 { firstTook = lastTook } else { longest = max(longest, lastTook) }
    answers = count
    answeredAt = now
    firstAnswerAt = firstAnswerAt ?? now
    if answers == fed { allowance = max(allowance, min(answers + 1, Self.oneByOne)) }
  }

  /// The command has read all it was given and says nothing: it may be given more.
  /// - Parameter isStuck: it has been silent for longer than ever before it answered.
  /// - Returns: whether that makes a difference.
  mutating func raise(isStuck: Bool) -> Bool {
    guard isOpen, answers < fed, allowance < .max else { return false }
    // One that has begun to answer is at work, so that the number will tell soon.
    guard answers == 0 || isStuck else { return false }
    // One that holds its answers back may do so for thousands of records.
    allowance = fed < Self.cautious && !isStuck ? Self.cautious : .max
    return true
  }

  /// Looks again, at or after ``nextCheck``.
  /// - Parameters:
  ///   - hasMore: there are further records that could be fed.
  ///   - hasUnread: whether the command has input that it has not read.
  mutating func check(hasMore: Bool, _ now: Nanoseconds, hasUnread: () -> Bool) {
    self.hasMore = hasMore
    guard isOpen, let moment = nextCheck, now >= moment else { return }
    if isEven {
      if stage == 0, extensions < Self.mostExtensions, now > moment.plus(Self.lateness) {
        extensions += 1
        quietFrom = now
      } else {
        verdict = .passed
      }
    } else if longest >= Self.slow || now < answeredAt + Self.slow || hasUnread() {
      // A command that skips records would have read on, and have nothing to say by now. This one
      // is at work.
      verdict = .believed
    } else {
      lookedAt = now
    }
  }

  /// When ``check(hasMore:_:hasUnread:)`` may find something.
  var nextCheck: Nanoseconds? {
    guard isOpen, let firstAnswerAt else { return nil }
    guard isEven else { return max(firstAnswerAt + Self.longestHold, lookedAt + Self.slow) }
    if stage == 0, fed < Self.oneByOne, hasMore { return nil }
    return max(answeredAt, quietFrom) + quiet
  }

  /// How long the command has to be quiet.
  private var quiet: Nanoseconds {
    if stage > 0 {
      return max(min(2 * lastTook, Self.longestQuiet), Self.shortestFurtherQuiet)
    }
    let known = min(2 * longest, Self.longestQuiet)
    // With so few the first has to say as well how long an answer takes.
    let guessed = fed < 3 ? min(2 * firstTook, Self.longestQuietOfFew) : 0
    return max(known, guessed, Self.shortestQuiet)
  }

  private var isEven: Bool { answers > 0 && answers == fed }
}
