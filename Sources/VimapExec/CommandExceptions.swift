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
