import VimapBytes
import VimapJSON
import VimapKit

extension RecordException {
  /// No request can be made out of the record.
  init(_ problem: RequestProblem) {
    switch problem {
    case .missingField(let path):
      self.init(
        .missingField, "the record has no \(path)", details: [("path", .text(path))])
    case .unreadable(let problem):
      self.init(
        .invalidJSON, "the record can't be looked into: \(problem.message)")
    case .lineBreak(let header):
      self.init(
        .badFunctionArgument, "the value of the header \(header) has a line break or a NUL in it")
    case .extendsHost:
      self.init(
        .urlMalformed, "what follows the host in the URL begins with none of / ? #")
    case .changesOrigin:
      self.init(
        .urlMalformed, "what is filled in would make it a URL of another host")
    case .refused(let failure):
      self.init(failure.code, failure.reason)
    }
  }

  /// There is no answer, or not all of it, for a reason of libcurl's.
  init(_ code: CurlCode, _ message: String) {
    self.init(
      .httpTransport, message,
      details: [("curl_code", .number(code.number)), ("curl_name", .text(code.name))])
  }

  /// The answer took longer than allowed.
  static func timedOut(
    after seconds: Double, _ configuration: HTTPConfiguration
  ) -> RecordException {
    // libcurl has one code for both limits, and counts anew where it sends a request again: what is
    // as long as the whole request's limit, or longer, cannot have been the connection's.
    let isWhole = seconds >= configuration.timeout.seconds
      || configuration.connectTimeout >= configuration.timeout
    let limit = (isWhole ? configuration.timeout : configuration.connectTimeout).seconds
    let what = isWhole ? "no complete answer" : "no connection"
    return RecordException(
      .timeout, "\(what) within \(limit.plain) s",
      details: [("seconds", .seconds(limit))])
  }

  /// The answer has more bytes than allowed.
  static func tooLarge(
    _ part: Answer.Part, of answer: Answer, _ configuration: HTTPConfiguration
  ) -> RecordException {
    let message =
      switch part {
      case .head: "the answer's headers have more than \(HTTPConfiguration.longestHead) bytes"
      case .body: "the answer has more than the \(configuration.longestBody) bytes allowed"
      }
    return RecordException(
      .invalidOutput, message,
      details: [("answer", .text(answer.body.view.head(256).text))])
  }

  /// The answer to a batch can't be paired with its records.
  static func unpairable(_ message: String, _ answer: Answer) -> RecordException {
    RecordException(
      .invalidOutput, message, details: [("answer", .text(answer.body.view.head(256).text))])
  }

  /// The answer's status isn't one of those accepted.
  /// - Parameters:
  ///   - headers: the headers, the text of a JSON object.
  ///   - body: the body, the text of a JSON value, under its key.
  static func status(
    _ status: Int, headers: SharedBytes, body: (key: String, value: SharedBytes)
  ) -> RecordException {
    RecordException(
      .httpStatus, "the server answered with status \(status)",
      details: [
        ("status", .number(status)), ("headers", .json(headers)), (body.key, .json(body.value)),
      ])
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension Double {
  /// Without `.0`.
  fileprivate var plain: String {
    self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)"
  }
}
