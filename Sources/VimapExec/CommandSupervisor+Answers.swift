import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// What the supervisor makes of a command's answers, and of their absence.
extension CommandSupervisor {
  /// How many answers are still to come.
  func awaited(_ session: CommandSession) -> Int { queue.owed - session.heldAnswers }

  /// The command owes an answer, and nobody else keeps it from giving it.
  func isOwing(_ session: CommandSession) -> Bool { awaited(session) > 0 && !pairing.isFull }

  /// The command answers each record as it comes. A command that may answer in any order works on
  /// several, and seldom has answered all; it is enough that it answers.
  var answersPromptly: Bool {
    configuration.pairsByOrder ? habits.answersAsItGoes : stall.hasSeenAnswer
  }

  /// Takes the answers that have been read, and sees to a command that has ended.
  func answer() throws {
    try pairing.refusePassedBy()
    guard let session else { return }
    if session.isDismissed { session.answers.discard() }
    if try mayUseAnswers(session) { try useAnswers(session) }
    if let session = self.session { try endIfLate(session) }
    try seeToEnd()
  }

  /// Whether what the command prints is an answer: not before its ready sign, nor before it has
  /// shown that it prints one line for each record.
  private func mayUseAnswers(_ session: CommandSession) throws -> Bool {
    if session.isDismissed { return false }
    if session.awaitsReadySign, let sign = configuration.readySign {
      guard session.skip(to: sign) else { return false }
      stall.noteAnswer(clock, wasAtWork: false)
    }
    guard session.isHandshakeOpen else { return true }
    let (new, verdict) = session.checkHandshake(queue, clock)
    if new > 0 {
      pairing.noteWaiting(session.answers.wholeCount, clock)
      noteAnswered(new, session)
    }
    switch verdict {
    case .open: return false
    case .passed, .believed: return true
    case .failed:
      let read = queue.owed - session.countUnread(queue)
      try loseOrder(.unasked(SurplusText(session.answers.rest, records: read)), session)
      return false
    }
  }

  private func useAnswers(_ session: CommandSession) throws {
    let hasAnswered = session.answerCount > 0
    let (count, trouble) = try pairing.take(
      from: session.answers, missing: session.input.missing, clock)
    if count > 0 { try noteUsed(count, session) }
    if let trouble { try stop(session, for: trouble, hasAnswered: hasAnswered) }
  }

  /// Ends a command whose answers can't be taken any more.
  private func stop(
    _ session: CommandSession, for trouble: AnswerPairing.Trouble, hasAnswered: Bool
  ) throws {
    switch trouble {
    case .surplus(let line): try loseOrder(.tooMany(line: line), session)
    case .endlessAnswer: try dismiss(session, takingBack: true, "its answer has no end")
    case .endlessStrays:
      if !hasAnswered { try reportInVain("printed lines without end that answer no record") }
      try dismiss(
        session, takingBack: true, "it prints lines without end that answer no record")
    }
  }

  private func noteUsed(_ count: Int, _ session: CommandSession) throws {
    noteIfEven(session)
    noteAnswered(count, session)
    session.noteUsed(count)
    restart.hasAnswered()
    certainty.noteAnswers(count, isEven: queue.owed == 0, clock)
    if queue.owed == 0, session.beginNextStage() { try noteCertain() }
    try retireIfLarge()
  }

  private func noteIfEven(_ session: CommandSession) {
    if queue.owed == 0, session.input.isIdle { habits.noteEven(isPaused: certainty.isAwaited) }
  }

  /// The command has answered something: it has not stalled, and is at its next record.
  private func noteAnswered(_ count: Int, _ session: CommandSession) {
    habits.noteAnswers(count, wasIdle: stall.hasSeenIdle)
    // A command that answers as it goes was at work, even if its input was ended meanwhile.
    let wasAtWork = session.input.isOpen || (configuration.pairsByOrder && answersPromptly)
    stall.noteAnswer(clock, wasAtWork: wasAtWork)
    session.noteAtRecord()
  }

  /// Sees to a command that has ended, when all it printed has been read.
  private func seeToEnd() throws {
    guard !pairing.isFull, let session, let end = session.process.end, session.answers.isAtEnd
    else { return }
    var dropped = DroppedAnswers()
    switch session.settleHeldAnswers(by: end, queue) {
    case .none: break
    case .usable(let provesOrder):
      if provesOrder { habits.noteProof() }
      return try answer()
    case .tooMany(let records):
      return try loseOrder(
        .unasked(SurplusText(session.answers.rest, records: records)), session)
    case .dropped(let answers): dropped = answers
    }
    // A last line without a line feed is an answer, unless the command was cut short in it.
    if end == .exited(status: 0), queue.hasNext(missing: session.input.missing),
      let last = session.answers.unfinishedLine()
    {
      if let trouble = try pairing.takeLast(last, from: session.answers, clock) {
        return try stop(session, for: trouble, hasAnswered: session.answerCount > 0)
      }
      if pairing.isFull { return }
      noteIfEven(session)
    }
    try reap(session, CommandEnd(session, end, dropped, queue))
  }

  // MARK: Certainty

  /// Answers and records belong together as far as they have come: what was answered is in doubt no
  /// more.
  func noteCertain() throws {
    let hadDoubts = certainty.hasDoubts
    certainty.begin(clock)
    guard hadDoubts, configuration.pairsByOrder else { return }
    try link.flush()
    try link.reportCertain()
  }

  // MARK: No answer

  /// The command has all it is to get for now, and it is its turn to speak.
  func mayStall(_ session: CommandSession) -> Bool {
    isOwing(session) && session.input.isWritten && !session.isDismissed
      && session.process.isRunning
  }

  /// Sees to a command that owes answers, has read all it was given, and says nothing.
  func seeToStall(_ session: CommandSession) throws {
    guard mayStall(session) else { return }
    let process = session.process
    // A command that gets nothing more loses nothing by being told so, even if it is at work.
    let hasAll = link.stage > .open && isLastFed(session) && !queue.hasSuspects
    let mayWait = hasAll || stall.isVeryLong(clock)
    switch stall.check(
      clock, isIdle: { process.unreadInput == 0 && (mayWait || !process.isAtWork) })
    {
    case nil: break
    case .stalled:
      try link.notice(
        "no answer for 5 s though the command has read its input: if it holds its output back,"
          + " flush each line (python -u, stdbuf -oL, jq --unbuffered)")
    case .wantsMore: try giveMore(session)
    }
  }

  private func giveMore(_ session: CommandSession) throws {
    let isLastFed = isLastFed(session)
    if certainty.isAwaited, !isLastFed {
      // The command is given nothing more until it has answered everything, and doesn't seem to.
      if stall.isUnprecedented || habits.holdsBack { session.input.close() }
    } else if queue.canFeed, session.raiseHandshake(isStuck: stall.isUnprecedented) {
      try askForMore(session)
    } else if isLastFed {
      if mayCloseInput {
        if queue.isGroupFed { queue.growGroups() }
        session.input.close()
      }
    } else if !answersPromptly || stall.isUnprecedented {
      // A command that answers as it goes doesn't need more, and would take it from other workers.
      // But if it has been silent for longer than ever, it may have left a record out, and wait for
      // the next.
      try askForMore(session)
    }
  }

  /// A command that holds its answers back gives them at the end of its input. A command that
  /// answers as it goes, and is silent for long, has skipped a record. But a command that works on
  /// several may just be slow, so its input is not ended lightly.
  private var mayCloseInput: Bool {
    if !configuration.pairsByOrder, link.stage == .open, !queue.isGroupFed {
      return stall.isUnprecedented
    }
    return !answersPromptly || stall.isLong(clock)
  }

  private func askForMore(_ session: CommandSession) throws {
    if session.asksForMore() { try link.reportWantsMore() }
  }
}
