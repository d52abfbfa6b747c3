import VimapBytes
import VimapKit
import VimapSystem

/// Whether answers can be paired with records by their order, and what becomes of them when not.
extension CommandSupervisor {
  /// Answers say which record they are for, and come in any order.
  var answersNameRecords: Bool { configuration.lines == .envelope || configuration.match != nil }

  /// How many answers of those that the command owes have come, and are held.
  var held: Int { life.handshake.isOpen ? life.handshake.answers : 0 }

  /// How many answers are still to come.
  var awaited: Int { queue.owed - held }

  // MARK: The beginning

  /// Whether what the command prints is an answer: not before its ready sign, nor before it has
  /// shown that it prints one line for each record.
  func mayUseAnswers() throws -> Bool {
    if life.isDismissed { return false }
    if life.loading.awaitsSign, !skipToReadySign() { return false }
    guard life.handshake.isOpen else { return true }
    let count = answers.wholeCount
    if count > life.handshake.answers {
      if link.wantsTimes { service.noteWaiting(count, clock) }
      noteSpoken(count - life.handshake.answers)
    }
    life.handshake.noteAnswers(
      count, begun: count + (answers.hasPart ? 1 : 0),
      unread: answers.rest.isEmpty ? 0 : countUnread(), hasMore: hasMore, clock)
    life.handshake.check(hasMore: hasMore, clock) { (command?.unreadInput ?? 0) > 0 }
    // One without an end would be waited for in vain.
    if answers.partLength > configuration.longestAnswer { life.handshake = .waived }
    switch life.handshake.verdict {
    case .open: return false
    case .passed, .believed: return true
    case .failed:
      try loseOrder(.unasked(SurplusText(answers.rest, records: queue.owed - countUnread())))
      return false
    }
  }

  /// There are records that could be fed to the command.
  private var hasMore: Bool { queue.canFeed && command?.isInputOpen == true }

  /// Records fed that the command has certainly not begun to read.
  func countUnread() -> Int {
    guard let command else { return 0 }
    let bytes = command.unreadInput + feeding.count
    return bytes >= life.fedBytes ? queue.owed : queue.countUnread(bytes)
  }

  /// Drops what the command prints up to its ready sign; `false` as long as that has not come.
  private func skipToReadySign() -> Bool {
    guard let sign = configuration.readySign else { return true }
    while let line = answers.takeLine() {
      guard sign.isLine(line) else { continue }
      life.loading.end()
      silence.isBroken(clock, wasAtWork: false)
      return true
    }
    return false
  }

  // MARK: Certainty

  /// Answers and records belong together as far as they have come: what was answered is in doubt no
  /// more.
  func noteCertain() throws {
    let hadDoubts = certainty.hasDoubts
    certainty.begin(clock)
    guard hadDoubts, !answersNameRecords else { return }
    try link.flush()
    try link.reportCertain()
  }

  /// Has the command given nothing more where too much is in doubt: until it has answered
  /// everything or, where it holds its answers back, to its end.
  func holdFeedingIfDue(_ command: CommandProcess) {
    guard !answersNameRecords, !life.handshake.isOpen, !certainty.isAwaited, certainty.isDue(clock)
    else { return }
    certainty.holdFeeding()
    // One that has answered everything before may seem to hold its answers back where processors
    // are busy: it shows by what it does now.
    if !hasAnsweredAll { command.closeInput() }
  }

  // MARK: The loss of order

  enum OrderLoss {
    /// Before the command had read the record that the line would answer, or behind its first
    /// answer.
    case unasked(SurplusText)
    case tooMany(line: ByteView)
    case tooFew(Int)
  }

  /// Nothing says any more which answer belongs to which record. Those that are owed, or held,
  /// become exceptions; which others are in doubt, the pool knows.
  func loseOrder(_ loss: OrderLoss) throws {
    let text = describe(loss)
    try link.flush()
    if case .tooFew = loss {
      try link.reportOutOfStep(text, suspects: certainty.answersSinceEven)
    } else {
      try link.reportOutOfStep(text)
    }
    // Others like it would be started for ever.
    let isInVain = !configuration.stopsOnDesync && life.answers == 0
    try command?.kill()
    letGo()
    answers.startAnew()
    while queue.owed > 0, let (batch, record) = queue.next {
      try link.exception(
        .unpaired(attempts: queue.nextAttempt), for: record, of: batch,
        seconds: service.lapse(clock))
      queue.answerNext(byCommand: true)
      try refusePassedBy()
    }
    if isInVain { try reportInVain("printed what answers no record before it answered any") }
    restart.died(at: clock)
    certainty.begin(clock)
    guard configuration.stopsOnDesync else { return }
    if !hasRetired {
      noteBegun()
      try link.retire()
      leaveUnfed()
    }
    try cancelRest()
  }

  /// Answers what is left, where no command is to be started for it any more.
  func cancelRest() throws {
    queue.takeBack()
    while !queue.isEmpty, let (batch, record) = queue.next {
      if let problem = batch.problem(with: record) {
        try link.refuse(record, of: batch, problem)
      } else {
        try link.exception(
          .cancelled(attempts: queue.nextAttempt - 1, wasBegun: true), for: record, of: batch)
      }
      queue.answerNext(byCommand: false)
    }
  }

  private func describe(_ loss: OrderLoss) -> String {
    let rule =
      configuration.endMark == nil
      ? "it must print one line for each record, and nothing else"
      : "it must print its end mark once for each record"
    switch loss {
    case .unasked(let surplus):
      return "the command printed \(surplus.what): \(rule): \(surplus.advice)"
    case .tooMany(let line):
      return "the command printed more lines than it had records: \(line.head(80).text): \(rule)"
    case .tooFew(let count):
      return "the command gave \(count) \(count == 1 ? "answer" : "answers") fewer than it had"
        + " records: \(rule)"
    }
  }
}
