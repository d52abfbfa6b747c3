import VimapBytes
import VimapSystem

/// Finds out what an answer's body is.
///
/// Nearly every body is JSON in UTF-8, and then the headers are not needed. For any other body, the
/// `Content-Type` and a byte order mark say what it is.
final class BodyReader {
  /// The result of reading a body.
  enum Reading {
    case body(AnswerBody)
    /// The body should be JSON and isn't, for example because it breaks off.
    case noJSON
  }

  private let isJSON: (ByteView) -> Bool
  private let expected: ExpectedBody?
  /// Answers have no body (`hasNoBody`), or their codings are not removed (`leavesCodings`).
  private let hasNoBody: Bool
  private let leavesCodings: Bool
  private let longestBody: Int
  private lazy var decoder = ContentDecoder()
  /// A body that came compressed, though nobody asked for that.
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

  /// Reads the body of an answer that is accepted. The result is valid until the next body is read.
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

  /// Reads the body of an answer that is not accepted.
  func read(_ answer: Answer) -> AnswerBody {
    let bytes = answer.body.view
    if isJSON(bytes) { return .json(bytes) }
    let type = ContentType(answer.head.view)
    let text = unpack(answer, type) ?? bytes
    return isJSON(text) ? .json(text) : body(text, type, mayBeJSON: true)
  }

  /// Decompresses a text that came compressed without being asked for. Some servers store it that
  /// way, and RFC 9110 section 12.5.3 allows that. `nil` if the body is no such text, or can't be
  /// decompressed.
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

  /// Whether a body can't be recognised, since it has a coding that can't be removed.
  private func isCoded(_ head: ByteView) -> Bool {
    leavesCodings && ContentDecoder.codings(head).contains { ContentDecoder.formats[$0] == nil }
  }

  private func body(_ bytes: ByteView, _ type: ContentType, mayBeJSON: Bool) -> AnswerBody {
    guard let decoded = decode(bytes, type) else { return AnswerBody(bytes) }
    return mayBeJSON && isJSON(decoded) ? .json(decoded) : AnswerBody(decoded)
  }

  /// A body converted to UTF-8, without a mark. `nil` if it needs no conversion, or its encoding is
  /// unknown.
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

  /// The encoding that a byte order mark stands for.
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
    // The names come from servers, so their number must be limited.
    if encodings.count >= 16 { encodings.removeAll() }
    encodings[name] = TextEncoding(name)
    return encodings[name]
  }
}

extension ContentType {
  /// - Parameter head: the header lines of an answer.
  init(_ head: ByteView) { self.init(head.values(ofHeader: "content-type").map(\.text)) }
}
