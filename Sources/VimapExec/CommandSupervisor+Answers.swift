import VimapBytes
import VimapKit
import VimapSystem

/// What the supervisor makes of a command's lines.
extension CommandSupervisor {
  /// Takes the answers that have been read, and sees to a command that has ended.
  func answer() throws {
    try refuseInvalid()
    if isDismissed { answers.discard() }
    let before = queue.answerCount
    excepted = 0
    repeat { try takeRows() } while try !isFull && takeNext()
    if queue.answerCount != before {
      if silence.wasSeen, queue.answerCount - before > 1 { holdsBack = true }
      noteTimes(since: before)
      // One that answers as it goes was at work, though its input was ended meanwhile.
      let wasAtWork = command?.isInputOpen == true || (!usesEnvelope && answersPromptly)
      silence.isBroken(clock, wasAtWork: wasAtWork)
      restart.hasAnswered()
      hasAnsweredSinceStart = true
      stopwatch.restart()
      try retireIfLarge()
    }
    try endIfLate()
    guard !isFull, let command, let end = command.end, answers.isAtEnd else { return }
    // A last line without a line feed is an answer, unless the command was cut short in it.
    if end == .exited(status: 0), let last = answers.unfinishedLine() {
      let before = queue.answerCount
      excepted = 0
      guard try take(last) else { return }
      noteTimes(since: before)
    }
    try bury(end)
  }

  /// Takes lines that are one JSON value each, as most are, for many records at once.
  private func takeRows() throws {
    guard configuration.lines == .records else { return }
    while let lines = answers.untouched, let (batch, records) = queue.owedRow {
      let (count, length) = link.outputLines(
        lines, for: records, of: batch, longest: configuration.longestAnswer)
      if count == 0 { return }
      answers.takeLines(length)
      queue.answerRow(count)
      if queue.owed == 0 { noteEven() }
      try refuseInvalid()
    }
  }

  /// Takes one line, whatever it is; `false` where there is none, or it can't be taken yet.
  private func takeNext() throws -> Bool {
    guard let answer = answers.next() else { return false }
    return try take(answer)
  }

  /// Some answers were taken, all that came at once. Those that became exceptions are noted already.
  /// - Parameter before: how many the command had answered before.
  private func noteTimes(since before: Int) {
    let count = queue.answerCount - before - excepted
    link.note(seconds: service.seconds(clock), count: count)
    service.noteAnswers(clock)
  }

  /// Pairs an answer with its record; `false` where it has to wait for room, or belongs to none.
  private func take(_ answer: AnswerReader.Answer) throws -> Bool {
    if usesEnvelope { return try takeEnvelope(answer) }
    guard queue.owed > 0, let (batch, record) = queue.next else {
      try dropSurplus()
      return false
    }
    switch answer {
    case .line(let line): guard try pass(line, record, batch) else { return false }
    case .tooLong(let head):
      excepted += 1
      try link.exception(
        .invalidAnswer(
          "has more than the \(configuration.longestAnswer) bytes allowed", answer: head,
          attempts: batch.attempt),
        for: record, of: batch, seconds: service.seconds(clock))
    }
    answers.take()
    queue.answerNext(byCommand: true)
    if queue.owed == 0 { noteEven() }
    try refuseInvalid()
    return true
  }

  /// Writes an answer beside its record; `false` where there is no room.
  private func pass(_ line: ByteView, _ record: Int, _ batch: RecordBatch) throws -> Bool {
    let value = configuration.lines == .text ? asString(line) : line.trimmed()
    // What is the record's own bytes has been looked at before.
    if configuration.lines == .records, value != batch.bytes(of: record),
      let problem = link.problem(with: value)
    {
      excepted += 1
      try link.exception(
        .notJSON(problem, answer: line, attempts: batch.attempt),
        for: record, of: batch, seconds: service.seconds(clock))
      return true
    }
    isFull = try !link.tryOutput(
      value, for: record, of: batch, attempts: batch.attempt, seconds: service.seconds(clock))
    return !isFull
  }

  private func asString(_ line: ByteView) -> ByteView {
    encoded.removeAll()
    encoded.appendString(of: line)
    return encoded.view
  }

  /// Answers and records are even.
  func noteEven() {
    if command?.isInputOpen == true, feeding.isEmpty { hasAnsweredAll = true }
    evenIndex = queue.next.map { $0.batch.index(of: $0.record) } ?? evenIndex
  }

  /// The command printed a line that belongs to no record. Nothing it says from here on can be
  /// paired, so it is started again.
  private func dropSurplus() throws {
    let before = queue.next.map { $0.batch.index(of: $0.record) } ?? firstIndex
    let text =
      queue.furthestFed == 0 && firstIndex == before
      ? "the command printed a line before it was given a record"
      : "the command printed more lines than it was given records: outputs from record"
        + " \(firstIndex) on may stand beside the wrong input; it must print one line for each"
    try link.reportOutOfStep(from: firstIndex, text)
    try command?.kill()
    letGo()
    answers.startAnew()
    restart.died(at: clock)
  }

  /// Records that are no JSON are answered in their turn.
  /// - Returns: whether there were any.
  @discardableResult
  func refuseInvalid() throws -> Bool {
    let before = queue.answerPosition
    while let (batch, record, problem) = queue.nextInvalid {
      try link.refuse(record, of: batch, problem)
      queue.answerNext(byCommand: false)
    }
    return queue.answerPosition != before
  }
}
