import VimapBytes
import VimapSystem

/// Makes out what an answer's body is.
///
/// JSON in UTF-8, as nearly every body is, takes no look at the headers. Another body is read by what
/// its `Content-Type` and the mark of the order of bytes at its start say.
final class BodyReader {
  /// What a body came to.
  enum Reading {
    case body(AnswerBody)
    /// It is to be JSON and isn't, as one that breaks off.
    case noJSON
  }

  private let isJSON: (ByteView) -> Bool
  private let expected: ExpectedBody?
  /// Answers have no body, or one that nobody decodes.
  private let hasNoBody: Bool
  private let leavesCodings: Bool
  /// A body that had to be decoded.
  private var text = ByteBuffer()
  private var encodings: [String: TextEncoding] = [:]

  /// - Parameter isJSON: whether some bytes are a JSON value.
  init(_ configuration: HTTPConfiguration, isJSON: @escaping (ByteView) -> Bool) {
    self.isJSON = isJSON
    expected = configuration.expected
    hasNoBody = configuration.method.hasNoAnswerBody
    leavesCodings = !configuration.connection.isCompressed
  }

  /// Reads the body of an answer that is accepted; what it comes to is valid until the next is read.
  func read(_ answer: Answer, status: Int) -> Reading {
    let bytes = answer.body.view
    if expected != .text, isJSON(bytes) { return .body(.json(bytes)) }
    let head = answer.head.view
    let type = ContentType(head)
    let body = body(bytes, type, mayBeJSON: expected != .text)
    if case .json = body { return .body(body) }
    switch expected {
    case .json where !(bytes.isEmpty && (hasNoBody || status == 204)): return .noJSON
    case nil where type.isJSON && !bytes.isEmpty && status != 206 && !isCoded(head): return .noJSON
    default: return .body(body)
    }
  }

  /// Reads the body of any other answer.
  func read(_ answer: Answer) -> AnswerBody {
    let bytes = answer.body.view
    return isJSON(bytes)
      ? .json(bytes) : body(bytes, ContentType(answer.head.view), mayBeJSON: true)
  }

  private func isCoded(_ head: ByteView) -> Bool {
    let codings = head.values(ofHeader: "content-encoding")
    return leavesCodings && codings.contains { $0 != ByteView("identity") }
  }

  private func body(_ bytes: ByteView, _ type: ContentType, mayBeJSON: Bool) -> AnswerBody {
    guard let decoded = decode(bytes, type) else { return AnswerBody(bytes) }
    return mayBeJSON && isJSON(decoded) ? .json(decoded) : AnswerBody(decoded)
  }

  /// A body in UTF-8, without a mark; `nil` where it is so already, or nobody knows.
  private func decode(_ bytes: ByteView, _ type: ContentType) -> ByteView? {
    if bytes.head(3) == ByteView("\u{FEFF}") { return bytes.slice(3) }
    guard type.isText, let name = Self.markedEncoding(bytes) ?? type.charset,
      let encoding = encoding(name),
      let decoder = try? encoding.decoder(endOfLine: UInt8(ascii: "\n"))
    else { return nil }
    text.removeAll()
    decoder.convert(bytes, to: &text)
    decoder.finish(&text)
    let decoded = text.view
    return decoded.head(3) == ByteView("\u{FEFF}") ? decoded.slice(3) : decoded
  }

  /// The encoding that a mark of the order of bytes tells of.
  private static func markedEncoding(_ bytes: ByteView) -> String? {
    guard bytes.count >= 2 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0xFE, 0xFF): return "utf-16be"
    case (0xFF, 0xFE): return "utf-16le"
    default: return nil
    }
  }

  private func encoding(_ name: String) -> TextEncoding? {
    if let known = encodings[name] { return known }
    // What a server calls them must not fill the memory.
    if encodings.count >= 16 { encodings.removeAll() }
    encodings[name] = TextEncoding(name)
    return encodings[name]
  }
}

extension ContentType {
  /// - Parameter head: the lines of an answer's headers.
  init(_ head: ByteView) { self.init(head.values(ofHeader: "content-type").map(\.text)) }
}
