import VimapBytes
import VimapKit
import VimapSystem

/// Answers that say which record they are for, and so come in any order.
extension CommandSupervisor {
  var usesEnvelope: Bool { configuration.lines == .envelope }

  /// Writes an answer beside the record that it names; `false` where there is no room.
  func takeEnvelope(_ answer: AnswerReader.Answer) throws -> Bool {
    let seconds = service.seconds(clock)
    let envelope: EnvelopeAnswer
    let line: ByteView
    switch answer {
    case .line(let whole):
      line = whole
      envelope = EnvelopeAnswer(whole) { link.problem(with: $0) }
    case .tooLong(let head):
      line = head
      envelope = EnvelopeAnswer(tooLong: head, limit: configuration.longestAnswer)
    }
    guard let id = envelope.id, let (batch, record) = queue.owedRecord(id) else {
      try reportStray(envelope, line)
      answers.take()
      return true
    }
    switch envelope.content {
    case .output(let value):
      isFull = try !link.tryOutput(
        value, for: record, of: batch, attempts: batch.attempt, seconds: seconds)
      if isFull { return false }
    case .exception(let value):
      excepted += 1
      try link.exception(
        .reported(value, attempts: batch.attempt), for: record, of: batch, seconds: seconds)
    case .invalid(let reason):
      excepted += 1
      try link.exception(
        .invalidAnswer(reason, answer: line, attempts: batch.attempt), for: record, of: batch,
        seconds: seconds)
    }
    answers.take()
    queue.answer(id)
    if queue.owed == 0 { noteEven() }
    try refuseInvalid()
    return true
  }

  /// A line that belongs to no record. The others are not in doubt, since each names its own; so it
  /// is told, once, and the command goes on.
  private func reportStray(_ envelope: EnvelopeAnswer, _ line: ByteView) throws {
    if hasReportedStray { return }
    hasReportedStray = true
    let reason =
      switch (envelope.id, envelope.content) {
      case (let id?, _) where queue.wasAnswered(id): "id \(id) has been answered before"
      case (let id?, _): "id \(id) was not given"
      case (nil, .invalid(let reason)): "it \(reason)"
      case (nil, _): "it has no id"
      }
    try link.reportOutOfStep(
      from: firstIndex,
      "the command printed a line that answers no record: \(reason): \(line.head(80).text)")
  }
}
