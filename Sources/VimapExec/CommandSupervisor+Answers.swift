import VimapBytes
import VimapKit
import VimapSystem

/// What the supervisor makes of a command's lines.
extension CommandSupervisor {
  /// Takes the answers that have been read, and sees to a command that has ended.
  func answer() throws {
    try refusePassedBy()
    if life.isDismissed { answers.discard() }
    if try mayUseAnswers() { try useAnswers() }
    try endIfLate()
    guard !isFull, let command, let end = command.end, answers.isAtEnd else { return }
    if life.handshake.isOpen, !life.isDismissed, try judgeHandshake(by: end) { return try answer() }
    // A last line without a line feed is an answer, unless the command was cut short in it.
    if end == .exited(status: 0), let last = answers.unfinishedLine() {
      let before = queue.answerCount
      excepted = 0
      if link.wantsTimes { service.noteWaiting(1, clock) }
      guard try take(last) else { return }
      noteUsed(since: before)
    }
    try bury(end)
  }

  private func useAnswers() throws {
    let before = queue.answerCount
    excepted = 0
    if link.wantsTimes, !isFull { service.noteWaiting(answers.wholeCount, clock) }
    repeat { try takeRows() } while try !isFull && takeNext()
    let count = queue.answerCount - before
    guard count > 0 else { return }
    noteUsed(since: before)
    noteSpoken(count)
    life.answers += count
    restart.hasAnswered()
    strays.hasAnswered()
    certainty.noteAnswers(count, isEven: queue.owed == 0, clock)
    if let next = life.handshake.next, queue.owed == 0 {
      life.handshake = next
      try noteCertain()
    }
    try retireIfLarge()
  }

  /// The command has answered something: it is not silent, and is at its next record.
  func noteSpoken(_ count: Int) {
    if silence.wasSeen, count > 1 { holdsBack = true }
    // One that answers as it goes was at work, though its input was ended meanwhile.
    let wasAtWork = command?.isInputOpen == true || (!answersNameRecords && answersPromptly)
    silence.isBroken(clock, wasAtWork: wasAtWork)
    stopwatch.restart()
    life.loading.end()
  }

  /// Takes lines that are one JSON value each, as most are, for many records at once.
  private func takeRows() throws {
    guard configuration.takesRows else { return }
    while let lines = answers.untouched, let (batch, records) = queue.owedRow {
      let (count, length) = link.outputLines(
        lines, for: records, of: batch, longest: configuration.longestAnswer)
      if count == 0 { return }
      answers.takeLines(length)
      queue.answerRow(count)
      if queue.owed == 0 { noteEven() }
      try refusePassedBy()
    }
  }

  /// Takes one answer, whatever it is; `false` where there is none, or it can't be taken yet.
  private func takeNext() throws -> Bool {
    guard !life.isDismissed, let answer = answers.next() else { return false }
    return try take(answer)
  }

  /// Some answers were taken. Those that became exceptions are noted already.
  /// - Parameter before: how many the command had answered before.
  private func noteUsed(since before: Int) {
    let count = queue.answerCount - before
    link.note(seconds: service.share, count: count - excepted)
    service.noteUsed(count)
  }

  /// Pairs an answer with its record; `false` where it has to wait for room, or there is no other
  /// for now.
  private func take(_ answer: AnswerReader.Answer) throws -> Bool {
    if answersNameRecords { return try takeNamed(answer) }
    guard queue.owed > 0, let (batch, record) = queue.next else {
      try loseOrder(.tooMany(line: answer.head))
      return false
    }
    switch answer {
    case .whole(let text): guard try pass(text, record, batch) else { return false }
    case .tooLong(let head, let isEnded):
      try refuseTooLong(head, record, batch)
      // What comes behind one that has no end can't be told from it.
      if !isEnded {
        queue.answerNext(byCommand: true)
        try dismiss(takingBack: true, "its answer has no end")
        return false
      }
    }
    answers.take()
    queue.answerNext(byCommand: true)
    if queue.owed == 0 { noteEven() }
    try refusePassedBy()
    return true
  }

  private func refuseTooLong(_ head: ByteView, _ record: Int, _ batch: RecordBatch) throws {
    excepted += 1
    try link.exception(
      .invalidAnswer(
        "has more than the \(configuration.longestAnswer) bytes allowed", answer: head,
        attempts: queue.nextAttempt),
      for: record, of: batch, seconds: service.share)
  }

  /// Writes an answer beside its record; `false` where there is no room.
  private func pass(_ text: ByteView, _ record: Int, _ batch: RecordBatch) throws -> Bool {
    let attempt = queue.nextAttempt
    let value: ByteView
    switch try configuration.value(
      of: text, isRecord: { $0 == batch.bytes(of: record) }, &encoded, link)
    {
    case .value(let output): value = output
    case .invalid(let reason):
      excepted += 1
      try link.exception(
        .invalidAnswer(reason, answer: text, attempts: attempt), for: record, of: batch,
        seconds: service.share)
      return true
    }
    isFull = try !link.tryOutput(
      value, for: record, of: batch, attempts: attempt, seconds: service.share)
    return !isFull
  }

  /// Answers and records are even.
  func noteEven() {
    guard command?.isInputOpen == true, feeding.isEmpty else { return }
    hasAnsweredAll = true
    if certainty.isAwaited { holdsBack = false }
  }

  /// Records that no command is given are answered in their turn.
  /// - Returns: whether there were any.
  @discardableResult
  func refusePassedBy() throws -> Bool {
    let before = queue.answerPosition
    while let (batch, record, reason) = queue.nextRefused {
      switch reason {
      case .problem(let problem): try link.refuse(record, of: batch, problem)
      case .exception(let exception): try link.exception(exception, for: record, of: batch)
      }
      queue.answerNext(byCommand: false)
    }
    return queue.answerPosition != before
  }
}

extension AnswerReader.Answer {
  /// How it begins.
  var head: ByteView {
    switch self {
    case .whole(let text): text
    case .tooLong(let head, _): head
    }
  }
}
