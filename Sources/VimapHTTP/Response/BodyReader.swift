import VimapBytes
import VimapSystem

/// Makes out what an answer's body is.
///
/// JSON in UTF-8, as nearly every body is, takes no look at the headers. Another body is read by
/// what its `Content-Type` and the mark of the order of bytes at its start say.
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
  private let longestBody: Int
  private lazy var decoder = ContentDecoder()
  /// A body that came compressed though nobody asked for that.
  private var unpacked = ByteBuffer()
  /// A body that had to be decoded.
  private var text = ByteBuffer()
  private var encodings: [String: TextEncoding] = [:]

  /// - Parameter isJSON: whether some bytes are a JSON value.
  init(_ configuration: HTTPConfiguration, isJSON: @escaping (ByteView) -> Bool) {
    self.isJSON = isJSON
    expected = configuration.expected
    hasNoBody = configuration.method.hasNoAnswerBody
    leavesCodings = !configuration.connection.isCompressed
    longestBody = configuration.longestBody
  }

  /// Reads the body of an answer that is accepted; what it comes to is valid until the next is
  /// read.
  func read(_ answer: Answer, status: Int) -> Reading {
    let bytes = answer.body.view
    if expected != .text, isJSON(bytes) { return .body(.json(bytes)) }
    let head = answer.head.view
    let type = ContentType(head)
    if let text = unpack(answer, type) {
      if expected != .text, isJSON(text) { return .body(.json(text)) }
      return reading(text, type, isCoded: false, status)
    }
    return reading(bytes, type, isCoded: isCoded(head), status)
  }

  private func reading(
    _ bytes: ByteView, _ type: ContentType, isCoded: Bool, _ status: Int
  ) -> Reading {
    let body = body(bytes, type, mayBeJSON: expected != .text)
    if case .json = body { return .body(body) }
    switch expected {
    case .json where !(bytes.isEmpty && (hasNoBody || status == 204)): return .noJSON
    case nil where type.isJSON && !bytes.isEmpty && status != 206 && !isCoded: return .noJSON
    default: return .body(body)
    }
  }

  /// Reads the body of any other answer.
  func read(_ answer: Answer) -> AnswerBody {
    let bytes = answer.body.view
    if isJSON(bytes) { return .json(bytes) }
    let type = ContentType(answer.head.view)
    let text = unpack(answer, type) ?? bytes
    return isJSON(text) ? .json(text) : body(text, type, mayBeJSON: true)
  }

  /// A text that came compressed though that was not asked for, as it is stored in some places
  /// (RFC 9110 section 12.5.3 allows it); `nil` where it is none, or can't be decompressed.
  private func unpack(_ answer: Answer, _ type: ContentType) -> ByteView? {
    guard leavesCodings, type.isText, decoder.begin(answer.head.view, longestBody: longestBody)
    else { return nil }
    unpacked.removeAll()
    let isWhole = decoder.feed(answer.body.view, while: { true }) {
      unpacked.append($0)
      return unpacked.count <= longestBody
    }
    decoder.finish()
    return isWhole && decoder.problem == nil ? unpacked.view : nil
  }

  /// Whether nobody here can tell what a body is, as it is in a coding that is not taken off.
  private func isCoded(_ head: ByteView) -> Bool {
    leavesCodings && ContentDecoder.codings(head).contains { ContentDecoder.formats[$0] == nil }
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
