import VimapBytes
import VimapJSON
import VimapKit

/// Makes results out of requests that are over.
final class AnswerWriter {
  enum Result {
    /// JSON on one line; valid until the next result is made.
    case output(ByteView)
    case exception(RecordException)
  }

  private let configuration: HTTPConfiguration
  private let isJSON: (ByteView) -> Bool
  private var headers = HeaderFields()
  private var text = ByteBuffer()

  /// - Parameter isJSON: whether some bytes are a JSON value.
  init(_ configuration: HTTPConfiguration, isJSON: @escaping (ByteView) -> Bool) {
    self.configuration = configuration
    self.isJSON = isJSON
  }

  /// The result of the request that `handle` has carried out.
  /// - Parameters:
  ///   - code: libcurl's verdict on it.
  ///   - attempts: times the record was tried, this one included.
  func result(of handle: EasyHandle, _ code: CurlCode, attempts: Int) -> Result {
    let answer = handle.answer
    if let part = answer.cutOff ?? refusedPart(of: handle, code) {
      return .exception(.tooLarge(part, of: answer, configuration, attempts: attempts))
    }
    if code == .operationTimedOut {
      return .exception(.timedOut(after: handle.seconds, configuration, attempts: attempts))
    }
    if code != .ok {
      return .exception(
        RecordException(code, handle.explanation(of: code), attempts: attempts))
    }
    let status = handle.status
    return configuration.accepted.contains(status)
      ? .output(output(answer, status: status))
      : .exception(exception(answer, status: status, attempts: attempts))
  }

  /// The part of an answer that libcurl found to be too large.
  private func refusedPart(of handle: EasyHandle, _ code: CurlCode) -> Answer.Part? {
    switch code {
    case .fileSizeExceeded: .body
    case .tooLarge: .head
    // What older ones say of a line that is too long.
    case .outOfMemory: handle.status != 0 && !handle.answer.headIsComplete ? .head : nil
    default: nil
    }
  }

  /// The output for an answer.
  func output(_ answer: Answer, status: Int) -> ByteView {
    let body = AnswerBody(answer.body.view, isJSON: isJSON)
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

  /// The exception for an answer whose status isn't accepted.
  func exception(_ answer: Answer, status: Int, attempts: Int) -> RecordException {
    let body = AnswerBody(answer.body.view, isJSON: isJSON)
    return .status(
      status, headers: value { headers.write(answer.head.view, to: &$0) },
      body: ("\(body.key)", value { body.write(to: &$0) }), attempts: attempts)
  }

  /// What `write` writes as a value; as a text, where it is beyond jansson's range.
  private func value(_ write: (inout ByteBuffer) -> Void) -> JSONValue {
    text.removeAll()
    write(&text)
    return (try? JSONValue.parse(text.view)) ?? .string(text.view)
  }
}
