import SystemPackage
import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

extension RecordException {
  /// The command that was to answer the record ended.
  /// - Parameter isKept: it had other records to answer as well, and owed this one's answer.
  static func commandEnded(
    _ end: ProcessEnd, isKept: Bool, traceback: String, attempts: Int
  ) -> RecordException {
    let more = isKept ? " without answering the record" : ""
    var exception: RecordException
    switch end {
    case .exited(let status):
      exception = RecordException(
        .exit, "the command ended with status \(status)\(more)", attempts: attempts,
        details: [("exit_code", .number(status))])
    case .killed(let signal):
      // One that was ended since it could not go on.
      let name = Signals.name(signal)
      let how = Signals.stops(CInt(signal)) ? "stopped by \(name) and ended" : "ended by \(name)"
      exception = RecordException(
        .signal, "the command was \(how)\(more)", attempts: attempts,
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

  /// The arguments cannot be filled in from the record, which counts as no try.
  /// - Parameter attempts: how often the record was tried before.
  init(_ problem: TemplateError, attempts: Int) {
    switch problem {
    case .missingField(let path):
      self.init(
        .missingField, "the record has no \(path)", attempts: attempts,
        details: [("path", .text(path.plainText))])
    case .unreadable(let problem):
      self.init(
        .invalidJSON, "the record can't be looked into: \(problem.message)", attempts: attempts)
    }
  }

  /// No arguments can be made of the record, which counts as no try.
  /// - Parameter attempts: how often the record was tried before.
  init(_ problem: EachArguments.Problem, command: String, attempts: Int) {
    switch problem {
    case .template(let error): self.init(error, attempts: attempts)
    case .holdsNUL(let argument):
      self = .notStarted(
        command, "argument \(argument) would hold a NUL character",
        errno: Int(Errno.invalidArgument.rawValue), attempts: attempts)
    }
  }

  /// The command has not answered the record in time, or was not ready for it.
  static func late(
    _ lateness: CommandSession.Lateness, traceback: String, attempts: Int
  ) -> RecordException {
    let (message, limit) =
      switch lateness {
      case .noAnswer(let limit): ("no answer within \(limit.secondsText) s (--timeout)", limit)
      case .notReady(let limit):
        ("the command was not ready within \(limit.secondsText) s (--start-timeout)", limit)
      }
    var exception = RecordException(
      .timeout, message, attempts: attempts,
      details: [("seconds", .seconds(Double(limit) / 1e9))])
    if !traceback.isEmpty { exception.details.append(("traceback", .text(traceback))) }
    return exception
  }

  /// The command's answer is none that can stand beside a record.
  /// - Parameter reason: as in "the command's answer …".
  static func invalidAnswer(
    _ reason: String, answer: ByteView, attempts: Int
  ) -> RecordException {
    RecordException(
      .invalidOutput, "the command's answer \(reason)", attempts: attempts,
      details: [("answer", .text(answer.head(256).text))])
  }

  /// The command says itself that it failed with the record.
  /// - Parameter value: the JSON that it says it with, on one line.
  static func reported(_ value: ByteView, attempts: Int) -> RecordException {
    var exception = RecordException(
      .worker, "the command reported an exception", attempts: attempts)
    exception.details = [
      (value.isJSONString ? "traceback" : "exception", .json(SharedBytes(copying: value)))
    ]
    return exception
  }
}

extension Nanoseconds {
  /// In seconds.
  fileprivate var secondsText: String { (Double(self) / 1e9).plainText }
}

extension JSONProblem {
  /// Why an answer is none, as in "the command's answer …", and what to do about it.
  func reason(of answer: ByteView) -> String {
    let advice = TextLook.advice(onAnswer: answer.trimmed()).map { "; \($0)" } ?? ""
    return "is not JSON: \(message)\(advice)"
  }
}
