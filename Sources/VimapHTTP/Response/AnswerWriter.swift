import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

/// Makes results from requests that are over.
final class AnswerWriter {
  /// The outcome of a request.
  enum Verdict {
    /// The answer is accepted, and there is an output for each record.
    case accepted(status: Int)
    case failed(RecordException)
  }

  private let configuration: HTTPConfiguration
  private let bodies: BodyReader
  /// The body of the answer that was accepted last.
  private var body = AnswerBody.empty
  private var headers = HeaderFields()
  private var text = ByteBuffer()
  /// The answer to each record of a batch.
  private var elements: [ByteView] = []

  /// - Parameter isJSON: whether some bytes are a JSON value.
  init(_ configuration: HTTPConfiguration, isJSON: @escaping (ByteView) -> Bool) {
    self.configuration = configuration
    bodies = BodyReader(configuration, isJSON: isJSON)
  }

  /// The verdict on the request that `handle` has sent.
  /// - Parameters:
  ///   - code: libcurl's verdict.
  ///   - records: the number of records in the request.
  func verdict(on handle: EasyHandle, _ code: CurlCode, records: Int) -> Verdict {
    let answer = handle.answer
    if let part = answer.cutOff ?? refusedPart(of: handle, code) {
      return .failed(.tooLarge(part, of: answer, configuration))
    }
    if code == .operationTimedOut {
      let seconds = answer.isOverdue ? configuration.timeout.seconds : handle.curl.seconds
      return .failed(.timedOut(after: seconds, configuration))
    }
    if code == .ok { answer.finishBody() }
    // For a refusal, the part that could be decoded is enough.
    if let problem = answer.codingProblem, configuration.accepted.contains(handle.status) {
      return .failed(RecordException(.badContentEncoding, problem))
    }
    if code != .ok { return .failed(exception(handle, code)) }
    if let problem = Framing.problem(answer) { return .failed(problem) }
    let status = handle.status
    guard configuration.accepted.contains(status) else {
      return .failed(exception(answer, status: status))
    }
    if let problem = accept(answer, status: status, records: records) { return .failed(problem) }
    return .accepted(status: status)
  }

  /// Makes outputs from an answer whose status is accepted. Returns what is wrong with the answer,
  /// or `nil`.
  func accept(_ answer: Answer, status: Int, records: Int = 1) -> RecordException? {
    switch bodies.read(answer, status: status) {
    case .noJSON: return .noJSON(answer, isAskedFor: configuration.expected == .json)
    case .body(let body): self.body = body
    }
    return configuration.batch == nil ? nil : split(answer, records: records)
  }

  /// The part of an answer that libcurl found too large.
  private func refusedPart(of handle: EasyHandle, _ code: CurlCode) -> Answer.Part? {
    switch code {
    case .fileSizeExceeded: .body
    case .tooLarge: .head
    // An older libcurl says this about a line that is too long.
    case .outOfMemory: handle.status != 0 && !handle.answer.headIsComplete ? .head : nil
    default: nil
    }
  }

  /// Splits the answer to a batch. Returns what is wrong with it, or `nil`.
  private func split(_ answer: Answer, records: Int) -> RecordException? {
    guard case .json(let json) = body, var items = ArrayItems(of: json) else {
      return .unpairable(
        "the answer is no array of \(records) elements, one for each record", answer)
    }
    elements.removeAll(keepingCapacity: true)
    while let item = items.next() { elements.append(item) }
    guard elements.count == records else {
      return .unpairable(
        "the answer has \(elements.count) elements for \(records) records", answer)
    }
    return nil
  }

  /// The output for a record, after ``verdict(on:_:records:)`` has accepted the answer: JSON on one
  /// line, valid until the next result is made.
  /// - Parameter number: the number of the record in the request.
  func output(_ answer: Answer, status: Int, number: Int = 0) -> ByteView {
    let body = configuration.batch == nil ? body : .json(elements[number])
    text.removeAll()
    switch configuration.response {
    case .body: body.writeAlone(to: &text)
    case .full:
      text.append("{\"status\":")
      text.append(decimal: status)
      text.append(",\"headers\":")
      headers.write(answer.head.view, to: &text)
      text.append(",")
      body.writeMember(to: &text)
      text.append("}")
    }
    return text.view
  }

  /// The exception for a request that libcurl could not complete.
  private func exception(_ handle: EasyHandle, _ code: CurlCode) -> RecordException {
    let (code, explanation) = handle.failure(code)
    var exception = RecordException(code, explanation)
    if code.isOfRequest, handle.isUnsent { exception.attempts = 0 }
    // libcurl uses the same code for an answer that is not HTTP. Such an answer may be better next
    // time.
    let isOfAnswer = code.isOfRequest && !handle.isUnsent && handle.status == 0
    exception.isLasting =
      !isOfAnswer && code.isLasting(elsewhere: configuration.urls.count > 1)
    return exception
  }

  /// The exception for an answer whose status isn't accepted.
  func exception(_ answer: Answer, status: Int) -> RecordException {
    let body = bodies.read(answer)
    var exception = RecordException.status(
      status, target: Self.target(of: answer, status: status),
      headers: Self.text { headers.write(answer.head.view, to: &$0) },
      body: ("\(body.key)", Self.text { body.write(to: &$0) }))
    exception.pause = RetryAfter.delay(answer.head.view, now: Clock.timeOfDay)
      .map { RecordException.Pause(delay: $0) }
    return exception
  }

  /// The target of a redirect, in the form in which it may be shown.
  private static func target(of answer: Answer, status: Int) -> String? {
    guard (300..<400).contains(status),
      let location = answer.head.view.values(ofHeader: "location").first, !location.isEmpty
    else { return nil }
    let target = Redaction.url(location.head(min(location.count, 1000)).text)
    return target.count > 100 ? target.prefix(100) + "…" : target
  }

  private static func text(_ write: (inout ByteBuffer) -> Void) -> SharedBytes {
    var text = ByteBuffer(capacity: 256)
    write(&text)
    return SharedBytes(taking: text)
  }
}
