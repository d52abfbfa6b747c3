import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords

extension RecordException {
  /// No request can be made from the record, which counts as no try.
  init(_ problem: RequestProblem) {
    switch problem {
    case .missingField(let path):
      self.init(
        .missingField, "the record has no \(path)", details: [("path", .text(path.plainText))])
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
    case .leavesSegment:
      self.init(
        .urlMalformed,
        "what is filled into the URL's path is '.', '..' or nothing, so that the request would be"
          + " about something else")
    case .refused(let failure):
      self.init(failure.code, failure.reason)
    }
    attempts = 0
  }

  /// There is no complete answer, for a reason that libcurl gives.
  init(_ code: CurlCode, _ message: String) {
    self.init(
      .httpTransport, message,
      details: [("curl_code", .number(code.number)), ("curl_name", .text(code.name))])
  }

  /// The server asks for a pause that is too long to wait for.
  /// - Parameter attempts: how many times the record was tried before.
  static func notSent(
    _ pause: KeyPause, longest: Duration, attempts: Int
  ) -> RecordException {
    let length = Duration.nanoseconds(Int64(clamping: pause.length)).seconds
    return RecordException(
      .cancelled,
      "not sent: \(pause.key) answered with status \(pause.reason) and asks for a pause of"
        + " \(length.plainText) s, longer than the \(longest.seconds.plainText) s of --max-pause",
      attempts: attempts, details: [("was_sent", .bool(false))])
  }

  /// The answer took longer than allowed.
  static func timedOut(
    after seconds: Double, _ configuration: HTTPConfiguration
  ) -> RecordException {
    // libcurl has one code for both limits, and starts its clock again when it sends a request
    // again. A time as long as the limit of the whole request cannot be that of the connection.
    let isWhole =
      seconds >= configuration.timeout.seconds
      || configuration.connectTimeout >= configuration.timeout
    let limit = (isWhole ? configuration.timeout : configuration.connectTimeout).seconds
    let what = isWhole ? "no complete answer" : "no connection"
    return RecordException(
      .timeout, "\(what) within \(limit.plainText) s",
      details: [("seconds", .seconds(limit))])
  }

  /// The answer has more bytes than allowed.
  static func tooLarge(
    _ part: Answer.Part, of answer: Answer, _ configuration: HTTPConfiguration
  ) -> RecordException {
    let message =
      switch part {
      case .head: "the answer's headers have more than \(HTTPConfiguration.longestHead) bytes"
      case .lines:
        "the answer's headers, with those before and behind it, have more than"
          + " \(HTTPConfiguration.longestLines) bytes"
      case .coded:
        "the answer is encoded in more than"
          + " \(ContentDecoder.mostBytes(configuration.longestBody)) bytes"
      case .body: "the answer has more than the \(configuration.longestBody) bytes allowed"
      }
    return RecordException(
      .invalidOutput, message,
      details: [("answer", .text(answer.body.view.head(256).text))])
  }

  /// The answer's body should be JSON and isn't, usually because it was cut off.
  /// - Parameter isAskedFor: whether the user has asked for JSON, and not only the answer says so.
  static func noJSON(_ answer: Answer, isAskedFor: Bool) -> RecordException {
    let claim = isAskedFor ? "" : " though its Content-Type says so (--expect any takes it)"
    var exception = RecordException(
      .invalidOutput, "the answer is not JSON\(claim)",
      details: [("answer", .text(answer.body.view.head(256).text))])
    exception.isTorn = true
    return exception
  }

  /// The answer to a batch can't be paired with its records.
  static func unpairable(_ message: String, _ answer: Answer) -> RecordException {
    RecordException(
      .invalidOutput, message, details: [("answer", .text(answer.body.view.head(256).text))])
  }

  /// The answer's status isn't an accepted one.
  /// - Parameters:
  ///   - target: the target of the redirect, if it is one.
  ///   - headers: the headers, as the text of a JSON object.
  ///   - body: the body, as the name and the text of a JSON value.
  static func status(
    _ status: Int, target: String?, headers: SharedBytes,
    body: (key: String, value: SharedBytes)
  ) -> RecordException {
    let redirect = target.map { ", a redirect to \($0)" } ?? ""
    var exception = RecordException(
      .httpStatus, "the server answered with status \(status)\(redirect)",
      details: [
        ("status", .number(status)), ("headers", .json(headers)), (body.key, .json(body.value)),
      ])
    exception.code = status
    return exception
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension RecordException.Kind {
  /// The server's status is not an accepted one. The status is the exception's code.
  package static let httpStatus = Self(rawValue: "http_status")
  /// The request could not be sent, or the answer did not arrive.
  package static let httpTransport = Self(rawValue: "http_transport")
}
