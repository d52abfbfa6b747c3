import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Writes the answers of commands beside the records that they answer.
final class AnswerPairing {
  /// Why no more answers of a command can be taken.
  enum Trouble {
    /// It has answered all records, and printed this.
    case surplus(line: ByteView)
    /// Its answer is too long, and goes on.
    case endlessAnswer
    /// It prints lines without end that answer no record.
    case endlessStrays
  }

  private let link: WorkerLink
  private let configuration: ExecConfiguration
  private let queue: FeedQueue
  private var encoded = ByteBuffer()
  private var strays: StrayLines
  private var service: ServiceClock
  /// The next answer waits for room in the results.
  private(set) var isFull = false
  /// There is an answer to a record that is not all written.
  private(set) var awaitsWriting = false
  /// Answers that became exceptions, of those being taken.
  private var excepted = 0

  init(
    _ link: WorkerLink, _ configuration: ExecConfiguration, _ queue: FeedQueue,
    _ now: Nanoseconds
  ) {
    self.link = link
    self.configuration = configuration
    self.queue = queue
    strays = StrayLines(longestAnswer: configuration.longestAnswer)
    service = ServiceClock(from: now)
  }

  /// A command was started, or is given a record while it owes none: its time counts from now.
  func beginTurn(_ now: Nanoseconds) {
    service.begin(now)
    awaitsWriting = false
  }

  /// So many answers wait to be taken.
  func noteWaiting(_ count: @autoclosure () -> Int, _ now: Nanoseconds) {
    if link.wantsTimes, !isFull { service.noteWaiting(count(), now) }
  }

  /// There is room in the results.
  func noteRoom() { isFull = false }

  // MARK: Taking answers

  /// Takes all answers that have been read, as far as there is room.
  /// - Parameter missing: what the command was given and does not have.
  func take(
    from answers: AnswerReader, missing: ByteView, _ now: Nanoseconds
  ) throws -> (count: Int, trouble: Trouble?) {
    noteWaiting(answers.wholeCount, now)
    awaitsWriting = false
    return try counting {
      repeat {
        try takeExtents(from: answers, missing: missing)
        guard !isFull, let answer = answers.next() else { return nil }
        // What is printed before its record is there may be no answer; and the record's bytes would
        // be let go of while they are being written.
        awaitsWriting =
          configuration.pairsByOrder && queue.owed > 0 && !queue.hasNext(missing: missing)
        if awaitsWriting { return nil }
        if let trouble = try take(answer, from: answers) { return trouble }
      } while !isFull
      return nil
    }
  }

  /// Takes the last answer of a command, where its last line has no line feed.
  func takeLast(
    _ answer: AnswerReader.Answer, from answers: AnswerReader, _ now: Nanoseconds
  ) throws -> Trouble? {
    noteWaiting(1, now)
    return try counting { try take(answer, from: answers) }.trouble
  }

  private func counting(_ take: () throws -> Trouble?) throws -> (count: Int, trouble: Trouble?) {
    let before = queue.answerCount
    excepted = 0
    let trouble = try take()
    let count = queue.answerCount - before
    if count > 0 {
      strays.noteAnswer()
      // Those that became exceptions are noted already.
      link.note(seconds: service.share, count: count - excepted)
      service.noteUsed(count)
    }
    return (count, trouble)
  }

  /// Takes lines that are one JSON value each, as most are, for many records at once.
  private func takeExtents(from answers: AnswerReader, missing: ByteView) throws {
    guard configuration.takesLinesAsTheyAre else { return }
    while let lines = answers.untouched, let (batch, records) = queue.owedExtent(missing: missing) {
      let (count, length) = link.outputLines(
        lines, for: records, of: batch, longest: configuration.longestAnswer)
      if count == 0 { return }
      answers.takeLines(length)
      queue.answerExtent(count)
      try refusePassedBy()
    }
  }

  private func take(
    _ answer: AnswerReader.Answer, from answers: AnswerReader
  ) throws -> Trouble? {
    guard configuration.pairsByOrder else { return try takeNamed(answer, from: answers) }
    guard queue.owed > 0, let (batch, record) = queue.next else {
      return .surplus(line: answer.head)
    }
    let content =
      switch answer {
      case .whole(let text):
        try configuration.value(
          of: text, isRecord: { $0 == batch.bytes(of: record) }, &encoded, link)
      case .tooLong: AnswerValue.invalid(tooLong)
      }
    switch content {
    case .value(let output):
      guard try write(output, record, of: batch, attempt: queue.nextAttempt) else { return nil }
    case .invalid(let reason):
      try refuse(answer, reason, record, of: batch, attempt: queue.nextAttempt)
    }
    queue.answerNext(byCommand: true)
    try refusePassedBy()
    if answer.isEndless { return .endlessAnswer }
    answers.take()
    return nil
  }

  private var tooLong: String { "has more than the \(configuration.longestAnswer) bytes allowed" }

  /// - Returns: whether there is room.
  private func write(
    _ output: ByteView, _ record: Int, of batch: RecordBatch, attempt: Int
  ) throws -> Bool {
    isFull = try !link.tryOutput(
      output, for: record, of: batch, attempts: attempt, seconds: service.share)
    return !isFull
  }

  private func refuse(
    _ answer: AnswerReader.Answer, _ reason: String, _ record: Int, of batch: RecordBatch,
    attempt: Int
  ) throws {
    excepted += 1
    try link.exception(
      .invalidAnswer(reason, answer: answer.head, attempts: attempt), for: record, of: batch,
      seconds: service.share)
  }

  // MARK: Answers that name their record

  private func takeNamed(
    _ answer: AnswerReader.Answer, from answers: AnswerReader
  ) throws -> Trouble? {
    let named = name(answer)
    guard let id = named.id, let (batch, record) = queue.owedRecord(id) else {
      return try passByStray(named, answer, from: answers)
    }
    let attempt = queue.attempt(ofID: id, in: batch)
    switch named.content {
    case .output(let value):
      guard try write(value, record, of: batch, attempt: attempt) else { return nil }
    case .exception(let value):
      excepted += 1
      try link.exception(
        .reported(value, attempts: attempt), for: record, of: batch, seconds: service.share)
    case .invalid(let reason): try refuse(answer, reason, record, of: batch, attempt: attempt)
    }
    queue.answer(id)
    try refusePassedBy()
    if answer.isEndless { return .endlessAnswer }
    answers.take()
    return nil
  }

  private func name(_ answer: AnswerReader.Answer) -> EnvelopeAnswer {
    switch (answer, configuration.match) {
    case (.whole(let line), nil): return EnvelopeAnswer(line) { link.problem(with: $0) }
    case (.tooLong(let head, _), nil):
      return EnvelopeAnswer(tooLong: head, limit: configuration.longestAnswer)
    case (.tooLong, _?): return EnvelopeAnswer(content: .invalid(tooLong))
    case (.whole(let line), let match?):
      let value = line.trimmed()
      if let problem = link.problem(with: value) {
        return EnvelopeAnswer(content: .invalid(problem.reason(of: line)))
      }
      guard let id = queue.id(matching: value) else {
        return EnvelopeAnswer(
          content: .invalid("matches no record that is owed an answer, by \(match)"))
      }
      return EnvelopeAnswer(id: id, content: .output(value))
    }
  }

  /// A line that belongs to no record. The others are not in doubt, since each names its own; so
  /// people are told, once, and the command goes on, unless it says nothing else.
  private func passByStray(
    _ named: EnvelopeAnswer, _ answer: AnswerReader.Answer, from answers: AnswerReader
  ) throws -> Trouble? {
    if strays.note(answer.head) {
      try link.reportStray(
        "the command printed a line that answers no record: \(reason(named)):"
          + " \(answer.head.head(80).text)")
    }
    guard answer.isEndless || strays.areTooMany else {
      answers.take()
      return nil
    }
    if queue.owed > 0, let (batch, record) = queue.next {
      try refuse(
        answer, "is none: the command prints lines without end that answer no record", record,
        of: batch, attempt: queue.nextAttempt)
      queue.answerNext(byCommand: true)
    }
    strays.noteAnswer()
    return .endlessStrays
  }

  private func reason(_ named: EnvelopeAnswer) -> String {
    switch (named.id, named.content) {
    case (let id?, _) where queue.wasAnswered(id): "id \(id) has been answered before"
    case (let id?, _): "id \(id) was not given"
    case (nil, .invalid(let reason)): "it \(reason)"
    case (nil, _): "it has no id"
    }
  }

  // MARK: Records that no command answers

  /// Answers the next records as long as they are such as no command is given.
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

  /// Answers the next record, if there is one, with an exception that is made for the try it is at.
  /// The time since the last answer was spent on it.
  func exceptNext(_ now: Nanoseconds, _ exception: (_ attempt: Int) -> RecordException) throws {
    guard let (batch, record) = queue.next else { return }
    try link.exception(
      exception(queue.nextAttempt), for: record, of: batch, seconds: service.lapse(now))
    queue.answerNext(byCommand: queue.owed > 0)
  }

  /// Answers all records that the command owes answers for.
  func exceptOwed(_ now: Nanoseconds, _ exception: (_ attempt: Int) -> RecordException) throws {
    while queue.owed > 0, queue.next != nil {
      try exceptNext(now, exception)
      try refusePassedBy()
    }
  }

  /// Answers all records there are: no command will be started for them any more.
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
}
