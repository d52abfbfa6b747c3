import VimapBytes
import VimapSystem

/// One command from its start to its end: its process, what it was given, what it has answered, and
/// what is known of it. The next command has a session of its own.
final class CommandSession {
  let process: CommandProcess
  let answers: AnswerReader
  let input: CommandInput
  private let termSequence: TermSequence
  private var departure = Departure.none
  /// Finds out whether the command prints one answer for each record.
  private var handshake: Handshake
  /// The command's way from its start to its readiness.
  private var loading: Loading
  private var stopwatch: Stopwatch
  private var demand = Demand()
  private var hasErrorEnded = false
  /// Answers of the command that were used.
  private(set) var answerCount = 0
  /// The command's input was ended when it had answered everything, though its answers were held:
  /// how it ends then says nothing.
  private var wasFinished = false

  /// What the pool was asked for, and has said, since the command was given something.
  private struct Demand {
    /// The pool was told that more records may help.
    var hasAskedForMore = false
    /// The pool can send no more before it gets answers.
    var mustFlush = false
  }

  /// - Parameter isTrusted: the command need not show that it prints one answer for each record.
  init(
    _ process: CommandProcess, _ configuration: ExecConfiguration, isTrusted: Bool,
    _ now: Nanoseconds
  ) {
    self.process = process
    answers = AnswerReader(
      longest: configuration.longestAnswer, endMark: configuration.endMark)
    input = CommandInput(of: process)
    termSequence = configuration.termSequence
    handshake = isTrusted ? .waived : Handshake()
    loading = Loading(
      startedAt: now, hasReadySign: configuration.readySign != nil,
      limit: configuration.startLimit)
    stopwatch = Stopwatch(limit: configuration.timeLimit)
  }

  /// It runs, and is not ended for a fault of its own.
  var isServing: Bool { process.end == nil && !departure.isDismissed }
  var isDismissed: Bool { departure.isDismissed }

  // MARK: Its input

  /// Gives the command records, which ``write(_:)`` writes.
  /// - Parameter owed: how many records it owes answers for then.
  func give(_ bytes: ByteView, owed: Int, _ now: Nanoseconds) {
    input.give(bytes)
    handshake.noteFed(owed, now)
    loading.noteFed(now)
    demand = Demand()
  }

  /// Writes what the pipe takes.
  /// - Returns: whether all is written.
  func write(_ now: Nanoseconds) throws(SystemError) -> Bool {
    switch try input.write() {
    case .all: return true
    case .pipeIsFull: return false
    case .refused:
      // What the command has left to say, and its end, will tell.
      leave(now)
      return false
    }
  }

  /// The pipe to the command has no reader any more.
  func noteBrokenInput(_ now: Nanoseconds) {
    guard input.isOpen, process.end == nil else { return }
    if input.noteBroken() { leave(now) }
  }

  /// The command has answered all it was given, and there is no more for it.
  func finishInput() {
    input.close()
    wasFinished = heldAnswers > 0
  }

  /// Records that it was given and has certainly not begun to read.
  func countUnread(_ queue: FeedQueue) -> Int {
    input.isUntouched ? queue.owed : queue.countUnread(input.unreadBytes)
  }

  // MARK: What the pool can give

  var mustFlush: Bool { demand.mustFlush }
  func noteMustFlush() { demand.mustFlush = true }

  /// - Returns: whether the pool is to be asked for more, which it is once.
  func asksForMore() -> Bool {
    guard !demand.hasAskedForMore, input.isOpen else { return false }
    demand.hasAskedForMore = true
    return true
  }

  // MARK: Its answers

  /// How many answers have come, and are held.
  var heldAnswers: Int { handshake.isOpen ? handshake.answers : 0 }
  var isHandshakeOpen: Bool { handshake.isOpen }
  /// Most records that it may owe answers for before it has shown more.
  var handshakeAllowance: Int {
    if handshake.isOpen { return handshake.allowance }
    // Nothing comes between the answers of one stage of the handshake and the next.
    return handshake.next == nil ? .max : 0
  }

  /// More records may be given before the handshake is over.
  /// - Returns: whether that makes a difference.
  func raiseHandshake(isStuck: Bool) -> Bool { handshake.raise(isStuck: isStuck) }

  /// Looks what the handshake makes of the answers that are held.
  /// - Returns: how many have come since the last look, and what follows.
  func checkHandshake(
    _ queue: FeedQueue, _ now: Nanoseconds
  ) -> (new: Int, verdict: Handshake.Verdict) {
    guard handshake.isOpen else { return (0, .passed) }
    let hasMore = queue.canFeed && input.isOpen
    let count = answers.wholeCount
    let new = max(0, count - handshake.answers)
    handshake.noteAnswers(
      count, begun: count + (answers.hasPart ? 1 : 0),
      unread: answers.rest.isEmpty ? 0 : countUnread(queue), hasMore: hasMore, now)
    handshake.check(hasMore: hasMore, now) { process.unreadInput > 0 }
    // An answer without an end would be waited for in vain.
    if answers.isPartTooLong { handshake = .waived }
    return (new, handshake.verdict)
  }

  /// The command is ready, and at its next record.
  func noteAtRecord() {
    stopwatch.restart()
    loading.end()
  }

  /// Answers of the command were used.
  func noteUsed(_ count: Int) { answerCount += count }

  /// All that was given is answered.
  /// - Returns: whether a stage of the handshake is over, and the next begins.
  func beginNextStage() -> Bool {
    guard let next = handshake.next else { return false }
    handshake = next
    return true
  }

  // MARK: Its times

  /// The time for an answer counts from now: the command owed none before, or nobody could hear it.
  func restartStopwatch() { stopwatch.restart() }

  /// Whether the command has yet to print its ready sign.
  var awaitsReadySign: Bool { loading.awaitsSign }

  /// Drops what the command prints up to its ready sign.
  /// - Returns: whether that has come.
  func skip(to sign: ReadySign) -> Bool {
    while let line = answers.takeLine() {
      guard sign.isLine(line) else { continue }
      loading.end()
      return true
    }
    return false
  }

  /// The limit of time that a command has passed.
  enum Lateness {
    case notReady(limit: Nanoseconds)
    case noAnswer(limit: Nanoseconds)
  }

  /// - Parameter isOwing: the command owes an answer, and nobody else keeps it from giving it.
  func lateness(_ queue: FeedQueue, isOwing: Bool, _ now: Nanoseconds) -> Lateness? {
    guard isServing else { return nil }
    if !loading.isOver {
      if queue.owed > 0, loading.shouldLook(now), !input.isUntouched { noteAtRecord() }
      if loading.isTooLong(now), let limit = loading.limit { return .notReady(limit: limit) }
    }
    guard isOwing, loading.isOver, stopwatch.isOver(now), let limit = stopwatch.limit else {
      return nil
    }
    return .noAnswer(limit: limit)
  }

  func shouldComplainOfLoading(isTimed: Bool, _ now: Nanoseconds) -> Bool {
    loading.shouldComplain(now, isTimed: isTimed)
  }

  /// When something is due that this session sees to.
  /// - Parameters:
  ///   - isOwing: as in ``lateness(_:isOwing:_:)``.
  ///   - isFull: there is no room for answers.
  ///   - isTimed: somebody wants to know when the command is ready.
  func nextCheck(isOwing: Bool, isFull: Bool, isTimed: Bool) -> Nanoseconds? {
    var times: [Nanoseconds?] = [departure.nextStep, process.nextLook]
    if !departure.isDismissed {
      times += [
        isOwing && loading.isOver ? stopwatch.end : nil, isFull ? nil : handshake.nextCheck,
        loading.nextCheck(isTimed: isTimed),
      ]
    }
    return times.compactMap(\.self).min()
  }

  // MARK: Its end

  /// From now on the command has its time to leave.
  func leave(_ now: Nanoseconds, firstPause: Nanoseconds = .max) {
    guard case .none = departure else { return }
    departure = .leaving(Farewell(termSequence, from: now, firstPause: firstPause))
  }

  /// The command stopped answering while its input may be open, and is given no more.
  func leaveUnasked(_ now: Nanoseconds, firstPause: Nanoseconds = .max) {
    input.outlive()
    leave(now, firstPause: firstPause)
  }

  /// The command is ended for a fault of its own: what it prints from now on is no answer.
  func dismiss(_ now: Nanoseconds) {
    departure = .dismissed(Farewell(termSequence, from: now, firstPause: .seconds(1)))
    handshake = .waived
    // To the command, half a record would be a whole one, so that it gets a signal instead.
    input.abandon()
    answers.discard()
  }

  func takeSignal(_ now: Nanoseconds) -> CInt? { departure.takeSignal(now) }

  /// The command's standard error has not ended.
  var hasError: Bool { !hasErrorEnded }

  func relayError(to relay: StandardErrorRelay) {
    hasErrorEnded = !relay.read(from: process.error)
  }

  func readAnswers() throws(SystemError) { _ = try answers.read(from: process.output) }

  /// Reads what a command that has ended left in its pipes. Something it started may hold them open
  /// still, so this waits for no end, and stops at more than a pipe can hold.
  func readToEnd(_ relay: StandardErrorRelay) throws(SystemError) {
    _ = relay.read(from: process.error)
    var reads = 0
    while reads < 64, try answers.read(from: process.output) { reads += 1 }
    answers.noteEnd()
  }

  /// What becomes of answers that were held when the command ended.
  enum HeldAnswers {
    /// None were held.
    case none
    /// They are as many as records, and are used.
    case usable(provesOrder: Bool)
    /// They are more than the records that the command has read.
    case tooMany(records: Int)
    /// Nobody can say what they answer.
    case dropped(DroppedAnswers)
  }

  /// The command has ended before it was clear whether it prints one answer for each record.
  func settleHeldAnswers(by end: ProcessEnd, _ queue: FeedQueue) -> HeldAnswers {
    guard handshake.isOpen, !departure.isDismissed else { return .none }
    let stage = handshake.stage
    handshake = .waived
    if loading.awaitsSign {
      answers.discard()
      return .dropped(DroppedAnswers())
    }
    let hasLast = answers.hasPart && answers.unfinishedLine() != nil
    let count = answers.wholeCount + (hasLast ? 1 : 0)
    guard end == .exited(status: 0) || wasFinished else {
      // What it has said may as well be no answer.
      answers.discard()
      return .dropped(DroppedAnswers(count: count, werePrompt: count > 0 && input.isOpen))
    }
    let read = queue.owed - countUnread(queue)
    if count > read { return .tooMany(records: read) }
    if count == read, count > 0 {
      return .usable(provesOrder: count > 2 && count == queue.owed && stage == 0)
    }
    answers.discard()
    return .dropped(DroppedAnswers(count: count))
  }
}
