import VimapBytes
import VimapKit
import VimapSystem

/// The end of a command: what it means for the records it owes, and how it is brought about.
extension CommandSupervisor {
  /// The command is gone and all it said has been read.
  func bury(_ end: ProcessEnd) throws {
    // Of one that was dismissed nobody is waiting for anything.
    if life.isDismissed {
      letGo()
      return restart.died(at: clock)
    }
    try link.explain("the command \(end), owing \(queue.owed) answers")
    let wasAskedTo = command?.isInputOpen == false && !life.hasClosedOutput
    let hadUnread =
      life.hasRefusedInput || !feeding.isEmpty || (command?.unreadInput ?? 0) > 0
    let hasReadNothing = countUnread() >= queue.owed
    letGo()
    try refusePassedBy()
    let isInVain = wasInVain(end, wasAskedTo: wasAskedTo, hasReadNothing: hasReadNothing)
    if !wasAskedTo, !queue.isEmpty { try noteBrevity() }

    if wasAskedTo, end == .exited(status: 0), queue.owed > 0, !hadUnread, queue.suspectEnd == nil {
      try settleMissing(end)
    } else if isRecalled {
      try cancelRest()
    } else {
      try blame(end, leftInput: hadUnread && life.answers > 0)
    }
    if queue.owed == 0 { try noteCertain() }
    // Last, as the pool may end the run then: what the record came to is not to be lost.
    if isInVain { try reportInVain("\(end) before it answered anything") }
    restart.died(at: clock)
  }

  /// The command has ended before it was clear whether it prints one answer for each record.
  /// - Returns: whether that is settled, and its answers can be used, or have been given up with
  ///   it.
  func judgeHandshake(by end: ProcessEnd) throws -> Bool {
    defer { if life.handshake.isOpen { life.handshake = .waived } }
    if life.loading.awaitsSign {
      answers.discard()
      return false
    }
    var count = answers.wholeCount
    if answers.hasPart, answers.unfinishedLine() != nil { count += 1 }
    guard end == .exited(status: 0) || life.wasDone else {
      // What it has said may as well be no answer.
      life.wasPrompt = count > 0 && command?.isInputOpen == true
      life.unusable = count
      answers.discard()
      return false
    }
    let read = queue.owed - countUnread()
    if count > read {
      try loseOrder(.unasked(SurplusText(answers.rest, records: read)))
      return true
    }
    if count == read, count > 0 {
      if count > 2, count == queue.owed, life.handshake.stage == 0 { isProvenByEnd = true }
      return true
    }
    answers.discard()
    life.unusable = count
    return false
  }

  /// The command gave fewer answers than it had records, and does not say which are missing, unless
  /// all are.
  private func settleMissing(_ end: ProcessEnd) throws {
    guard answersNameRecords || certainty.answersSinceEven + life.unusable == 0 else {
      return try loseOrder(.tooFew(queue.owed - life.unusable))
    }
    while queue.owed > 0, queue.next != nil {
      try blameNext(end)
      try refusePassedBy()
    }
  }

  private func blame(_ end: ProcessEnd, leftInput: Bool) throws {
    // One that never became ready was given nothing; the record that waits for it pays.
    if life.loading.awaitsSign, !isClosed || !queue.isEmpty { return try blameNext(end) }
    let oneByOne = answersPromptly || restart.isInVain || life.wasPrompt
    if queue.commandDied(oneByOne: oneByOne, leftInput: leftInput) { try blameNext(end) }
  }

  /// The one record that the command can have died of.
  private func blameNext(_ end: ProcessEnd) throws {
    guard let (batch, record) = queue.next else { return }
    try link.exception(
      .commandEnded(end, traceback: errors.traceback, attempts: queue.nextAttempt), for: record,
      of: batch, seconds: service.lapse(clock))
    queue.answerNext(byCommand: queue.owed > 0)
  }

  /// Whether the command, which has ended, is one of those that never answer.
  private func wasInVain(_ end: ProcessEnd, wasAskedTo: Bool, hasReadNothing: Bool) -> Bool {
    if life.answers + life.unusable > 0 || isRecalled { return false }
    // One that was killed at work may have answered; one that is killed while it loads is too
    // large.
    if end == .killed(signal: Int(Signals.kill)), !hasReadNothing { return false }
    // One that died of one of many records is followed by others that find out which.
    return (queue.owed <= 1 || hasReadNothing) && (queue.owed > 0 || !wasAskedTo)
  }

  /// Tells people of commands that end with a single answer each.
  private func noteBrevity() throws {
    guard brevity.noteLife(answers: life.answers) else { return }
    try link.notice(
      "the command answers one record and leaves, so that it is started again for each:"
        + " --each is for commands of this kind; one that is to be kept reads on to the end of"
        + " its input")
  }

  /// Tells the pool of a command that never answered; what its record came to is passed on before.
  /// - Parameter what: as in "the command …".
  func reportInVain(_ what: String) throws {
    try link.flush()
    let words = errors.lastLine.map { ": \($0)" } ?? ""
    try link.reportInVain("\(configuration.name): \(what)\(words)")
  }

  // MARK: Bringing it about

  /// From now on the command has its time to leave.
  func beginFarewell(patience: Nanoseconds = .max) {
    if farewell == nil {
      farewell = Farewell(configuration.termSequence, from: clock, patience: patience)
    }
  }

  func takeFarewell(_ command: CommandProcess) throws {
    while command.end == nil, let signal = farewell?.take(clock) {
      try tellIfLeft(command, signal)
      if signal == Signals.kill {
        try command.kill()
        try readToEnd(command)
      } else {
        command.signal(signal)
      }
    }
  }

  /// Ends a command for a fault of its own. What it still says is no answer, and the other records
  /// that it has are for the next.
  /// - Parameter reason: as in "the command is ended: …".
  func dismiss(takingBack: Bool, _ reason: String) throws {
    try link.explain("the command is ended: \(reason)")
    life.isDismissed = true
    life.handshake = .waived
    // Half a record would be a whole one to it, so that it gets a signal instead.
    if feeding.isEmpty { command?.closeInput() } else { feeding = .empty }
    farewell = Farewell(configuration.termSequence, from: clock, patience: .seconds(1))
    if takingBack { queue.takeBack() }
    answers.discard()
    if isRecalled { try cancelRest() }
  }

  // MARK: Limits of time

  /// The command owes an answer, and nobody else keeps it from giving it.
  var isOwing: Bool { awaited > 0 && !isFull && command != nil && !life.isDismissed }

  /// Ends a command that has been at a record for too long. That record has had its time.
  func endIfLate() throws {
    try endIfNotReady()
    guard isOwing, life.loading.isOver, stopwatch.isOver(clock), command?.end == nil,
      let limit = stopwatch.limit, let (batch, record) = queue.next
    else { return }
    if held > 0 {
      // Which of them it is at is not clear: the next command is given them one by one.
      _ = queue.commandDied(oneByOne: true, leftInput: false)
      return try dismiss(takingBack: false, "it is too slow")
    }
    try link.exception(
      .timedOut(after: limit, traceback: errors.traceback, attempts: queue.nextAttempt),
      for: record, of: batch, seconds: service.lapse(clock))
    queue.answerNext(byCommand: true)
    try dismiss(
      takingBack: true, "it is too slow with record \(batch.index(of: record))")
  }

  /// Sees whether the command is ready, and ends one that takes longer than it may.
  private func endIfNotReady() throws {
    guard let command, command.end == nil, !life.isDismissed, !life.loading.isOver else { return }
    if queue.owed > 0, life.loading.shouldLook(clock),
      command.unreadInput + feeding.count < life.fedBytes
    {
      life.loading.end()
      stopwatch.restart()
    }
    guard life.loading.isTooLong(clock), let limit = life.loading.limit else { return }
    if let (batch, record) = queue.next, !queue.isEmpty {
      try link.exception(
        .notReady(after: limit, traceback: errors.traceback, attempts: queue.nextAttempt),
        for: record, of: batch, seconds: service.lapse(clock))
      queue.answerNext(byCommand: queue.owed > 0)
      }
    try reportInVain("was not ready in time (--start-timeout)")
    try dismiss(takingBack: true, "it was not ready in time")
  }
}
