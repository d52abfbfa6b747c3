import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// The end of a command: how it is brought about, and what it means for the records that are owed.
extension CommandSupervisor {
  // MARK: Ended by itself

  /// The command is gone and all it said has been read.
  func reap(_ session: CommandSession, _ ended: CommandEnd) throws {
    // Nobody waits for anything of a command that was dismissed.
    if session.isDismissed { return endSession() }
    try link.explain("the command \(ended.end), owing \(queue.owed) answers")
    try pairing.refusePassedBy()
    let isInVain = link.stage < .recalled && ended.isInVain(owed: queue.owed)
    if !ended.wasAskedTo, !queue.isEmpty, habits.noteLife(answers: ended.answers) {
      try link.notice(
        "the command answers one record and leaves, so that it is started again for each:"
          + " --each is for commands of this kind; one that is to be kept reads on to the end of"
          + " its input")
    }
    if ended.isRegular, queue.owed > 0, !queue.hasSuspects {
      // The command has left records out. Which they are is clear only if it has answered none.
      let given = certainty.answersSinceEven + ended.dropped.count
      guard given == 0 || !configuration.pairsByOrder else {
        return try loseOrder(.tooFew(queue.owed - ended.dropped.count), session)
      }
      try pairing.exceptOwed(clock) { exception(ended.end, $0) }
    } else if link.stage == .recalled {
      try pairing.cancelRest()
    } else {
      try attributeFailure(ended)
    }
    if queue.owed == 0 { try noteCertain() }
    // This comes last, as the pool may end the run then, and what the record came to would be lost.
    if isInVain { try reportInVain("\(ended.end) before it answered anything") }
    endSession()
  }

  /// Finds the record that the command died of, or has the next command find it.
  private func attributeFailure(_ ended: CommandEnd) throws {
    // A command that never became ready was given nothing; the record that waits for it pays.
    let isKnown =
      ended.wasUnready && !queue.isEmpty
      || queue.commandDied(
        answersPromptly || restart.isInVain || ended.dropped.werePrompt ? .oneByOne : .byHalves,
        leftInput: ended.leftInput && ended.answers > 0)
    if isKnown { try pairing.exceptNext(clock) { exception(ended.end, $0) } }
  }

  private func exception(_ end: ProcessEnd, _ attempt: Int) -> RecordException {
    .commandEnded(end, isKept: true, traceback: errors.traceback, attempts: attempt)
  }

  /// Tells the pool of a command that never answered; what its record came to is passed on before.
  /// - Parameter what: as in "the command …".
  func reportInVain(_ what: String) throws {
    try link.flush()
    let words = errors.lastLine.map { ": \($0)" } ?? ""
    try link.reportInVain("\(configuration.name): \(what)\(words)")
  }

  // MARK: Ended by us

  /// Ends a command for a fault of its own. The other records that it has are for the next.
  /// - Parameter reason: as in "the command is ended: …".
  func dismiss(_ session: CommandSession, takingBack: Bool, _ reason: String) throws {
    try link.explain("the command is ended: \(reason)")
    session.dismiss(clock)
    if takingBack { queue.takeBack() }
    if link.stage == .recalled { try pairing.cancelRest() }
  }

  /// Ends a command that isn't ready in time, or has been at a record for too long.
  func endIfLate(_ session: CommandSession) throws {
    guard let lateness = session.lateness(queue, isOwing: isOwing(session), clock) else { return }
    func exceptNext() throws {
      try pairing.exceptNext(clock) {
        .late(lateness, traceback: errors.traceback, attempts: $0)
      }
    }
    switch lateness {
    case .notReady:
      if !queue.isEmpty { try exceptNext() }
      try reportInVain("was not ready in time (--start-timeout)")
      try dismiss(session, takingBack: true, "it was not ready in time")
    case .noAnswer where session.heldAnswers > 0:
      // Which record it is at is not clear: the next command is given them one by one.
      _ = queue.commandDied(.oneByOne, leftInput: false)
      try dismiss(session, takingBack: false, "it is too slow")
    case .noAnswer:
      // That record has had its time.
      let index = queue.next.map { $0.batch.index(of: $0.record) } ?? 0
      try exceptNext()
      try dismiss(session, takingBack: true, "it is too slow with record \(index)")
    }
  }

  /// Nothing says any more which answer belongs to which record. Records whose answers are owed, or
  /// held, become exceptions. The pool knows which others are in doubt.
  func loseOrder(_ loss: OrderLoss, _ session: CommandSession) throws {
    let text = loss.text(hasEndMark: configuration.endMark != nil)
    try link.flush()
    if case .tooFew = loss {
      try link.reportOutOfStep(text, suspects: certainty.answersSinceEven)
    } else {
      try link.reportOutOfStep(text)
    }
    try session.process.kill()
    endSession()
    try pairing.exceptOwed(clock) { .unpaired(attempts: $0) }
    // Else such commands would be started for ever.
    if !configuration.stopsOnDesync, session.answerCount == 0 {
      try reportInVain("printed what answers no record before it answered any")
    }
    certainty.begin(clock)
    guard configuration.stopsOnDesync else { return }
    if link.stage < .retired { try retire() }
    try pairing.cancelRest()
  }
}
