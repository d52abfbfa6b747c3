import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

extension RecordException {
  /// The command ended while it owed the record's answer.
  static func commandEnded(
    _ end: ProcessEnd, traceback: String, attempts: Int
  ) -> RecordException {
    var exception: RecordException
    switch end {
    case .exited(let status):
      exception = RecordException(
        .exit, "the command ended with status \(status) without answering the record",
        attempts: attempts, details: [("exit_code", .number(status))])
    case .killed(let signal):
      exception = RecordException(
        .signal,
        "the command was ended by \(Signals.name(signal)) without answering the record",
        attempts: attempts, details: [("signal", .number(signal))])
    }
    if !traceback.isEmpty { exception.details.append(("traceback", .text(traceback))) }
    return exception
  }

  /// The command that was started for the record failed.
  static func failed(
    _ end: ProcessEnd, traceback: String, attempts: Int
  ) -> RecordException {
    var exception: RecordException
    switch end {
    case .exited(let status):
      exception = RecordException(
        .exit, "the command ended with status \(status)", attempts: attempts,
        details: [("exit_code", .number(status))])
    case .killed(let signal):
      exception = RecordException(
        .signal, "the command was ended by \(Signals.name(signal))", attempts: attempts,
        details: [("signal", .number(signal))])
    }
    if !traceback.isEmpty { exception.details.append(("traceback", .text(traceback))) }
    return exception
  }

  /// The command cannot be started for the record.
  static func notStarted(
    _ command: String, _ reason: String, errno: Int, attempts: Int
  ) -> RecordException {
    RecordException(
      .spawn, "\(command): cannot be started: \(reason)", attempts: attempts,
      details: [("errno", .number(errno))])
  }

  /// The arguments cannot be filled in from the record.
  init(_ problem: TemplateError, attempts: Int) {
    switch problem {
    case .missingField(let path):
      self.init(
        .missingField, "the record has no \(path)", attempts: attempts,
        details: [("path", .text(path))])
    case .unreadable(let problem):
      self.init(
        .invalidJSON, "the record can't be looked into: \(problem.message)", attempts: attempts)
    }
  }

  /// The command's answer is not JSON.
  static func notJSON(
    answer: ByteView, _ problem: JSONProblem, attempts: Int
  ) -> RecordException {
    RecordException(
      .invalidOutput, "the command's answer is not JSON: \(problem.message)",
      attempts: attempts, details: [("answer", .text(answer.head(256).text))])
  }

  /// The command's answer is longer than allowed.
  static func answerTooLarge(head: ByteView, limit: Int, attempts: Int) -> RecordException {
    RecordException(
      .invalidOutput, "the command's answer has more than the \(limit) bytes allowed",
      attempts: attempts, details: [("answer", .text(head.text))])
  }
}
