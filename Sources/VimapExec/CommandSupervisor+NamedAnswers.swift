import VimapBytes
import VimapKit
import VimapSystem

/// Answers that say which record they are for, and so come in any order: in envelopes, or by a
/// value that both hold.
extension CommandSupervisor {
  /// An answer that names its record.
  private struct Named {
    var id: Int?
    var content: EnvelopeAnswer.Content
  }

  /// Writes an answer beside the record that it names; `false` where there is no room.
  func takeNamed(_ answer: AnswerReader.Answer) throws -> Bool {
    let named = name(answer)
    guard let id = named.id, let (batch, record) = queue.owedRecord(id) else {
      return try passByStray(named, answer)
    }
    let (seconds, attempt) = (service.share, queue.attempt(ofID: id, in: batch))
    switch named.content {
    case .output(let value):
      isFull = try !link.tryOutput(
        value, for: record, of: batch, attempts: attempt, seconds: seconds)
      if isFull { return false }
    case .exception(let value):
      excepted += 1
      try link.exception(
        .reported(value, attempts: attempt), for: record, of: batch, seconds: seconds)
    case .invalid(let reason):
      excepted += 1
      try link.exception(
        .invalidAnswer(reason, answer: answer.head, attempts: attempt), for: record, of: batch,
        seconds: seconds)
    }
    queue.answer(id)
    if queue.owed == 0 { noteEven() }
    try refusePassedBy()
    guard !answer.isEndless else {
      try dismiss(takingBack: true, "its answer has no end")
      return false
    }
    answers.take()
    return true
  }

  private func name(_ answer: AnswerReader.Answer) -> Named {
    if let match = configuration.match { return name(answer, by: match) }
    let envelope =
      switch answer {
      case .whole(let line): EnvelopeAnswer(line) { link.problem(with: $0) }
      case .tooLong(let head, _):
        EnvelopeAnswer(tooLong: head, limit: configuration.longestAnswer)
      }
    return Named(id: envelope.id, content: envelope.content)
  }

  private func name(_ answer: AnswerReader.Answer, by match: MatchRule) -> Named {
    guard case .whole(let line) = answer else {
      return Named(
        content: .invalid("has more than the \(configuration.longestAnswer) bytes allowed"))
    }
    let value = line.trimmed()
    if let problem = link.problem(with: value) {
      return Named(content: .invalid(problem.reason(of: line)))
    }
    guard let id = queue.id(matching: value) else {
      return Named(content: .invalid("matches no record that is owed an answer, by \(match)"))
    }
    return Named(id: id, content: .output(value))
  }

  /// A line that belongs to no record. The others are not in doubt, since each names its own; so it
  /// is told, once, and the command goes on, unless it says nothing else.
  private func passByStray(_ named: Named, _ answer: AnswerReader.Answer) throws -> Bool {
    strays.note(answer.head)
    if !strays.isTold {
      strays.tell()
      try link.reportStray(
        "the command printed a line that answers no record: \(reason(named)):"
          + " \(answer.head.head(80).text)")
    }
    if answer.isEndless || strays.areTooMany(longestAnswer: configuration.longestAnswer) {
      if let (batch, record) = queue.next, queue.owed > 0 {
        excepted += 1
        try link.exception(
          .invalidAnswer(
            "is none: the command prints lines without end that answer no record",
            answer: answer.head, attempts: queue.nextAttempt),
          for: record, of: batch, seconds: service.share)
        queue.answerNext(byCommand: true)
      }
      strays.hasAnswered()
      if life.answers == 0 { try reportInVain("printed lines without end that answer no record") }
      try dismiss(takingBack: true, "it prints lines without end that answer no record")
      return false
    }
    answers.take()
    return true
  }

  private func reason(_ named: Named) -> String {
    switch (named.id, named.content) {
    case (let id?, _) where queue.wasAnswered(id): "id \(id) has been answered before"
    case (let id?, _): "id \(id) was not given"
    case (nil, .invalid(let reason)): "it \(reason)"
    case (nil, _): "it has no id"
    }
  }
}

extension AnswerReader.Answer {
  /// It is too long, and its end is not there.
  fileprivate var isEndless: Bool {
    if case .tooLong(_, isEnded: false) = self { true } else { false }
  }
}
