import VimapBytes

/// Why a text is no ``JSONPath``.
public struct JSONPathError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole text.
  public let path: String

  /// What is wrong with it, such as "a key is expected".
  public let reason: String

  /// The number of bytes before the place of the error.
  public let position: Int

  public var description: String { "path '\(path)': \(reason) at byte \(position + 1)" }
}

/// Parses the text of a ``JSONPath``.
struct JSONPathParser {
  private let text: String
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) {
    self.text = text
    self.bytes = text.withSystemBytes { $0.withUnsafeBytes { Array($0) } }
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func parse() throws(JSONPathError) -> [JSONPath.Step] {
    guard !bytes.isEmpty else { throw error("a path is expected, such as .id") }
    var steps: [JSONPath.Step] = []
    if bytes == [UInt8(ascii: ".")] { return steps }
    while let byte = next {
      switch byte {
      case UInt8(ascii: "."):
        place += 1
        // `.[0]` is `[0]`.
        if next != UInt8(ascii: "[") { steps.append(try plainKey()) }
      case UInt8(ascii: "["):
        place += 1
        steps.append(next == UInt8(ascii: "\"") ? try quotedKey() : try index())
        guard next == UInt8(ascii: "]") else { throw error("']' is expected") }
        place += 1
      default:
        throw error("'.' or '[' is expected")
      }
    }
    return steps
  }

  private mutating func plainKey() throws(JSONPathError) -> JSONPath.Step {
    let start = place
    while let byte = next, byte.isPlainKeyByte { place += 1 }
    guard place > start else { throw error("a key is expected") }
    return .key(Array(bytes[start..<place]))
  }

  /// A key in quotes. Its escapes mean the same as in a record.
  private mutating func quotedKey() throws(JSONPathError) -> JSONPath.Step {
    let quoted = bytes[place...].withUnsafeBytes { rest -> (key: [UInt8], length: Int)? in
      let text = ByteView(rest)
      let (start, end) = text.cursors
      guard let length = endOfString(start + 1, end).map({ $0 - start }) else { return nil }
      var key = ByteBuffer()
      guard (try? key.append(textOf: text.head(length))) != nil else { return nil }
      return (key.view.withUnsafeBytes { Array($0) }, length)
    }
    guard let quoted else { throw error("a key in quotes is expected to be a JSON string") }
    place += quoted.length
    return .key(quoted.key)
  }

  private mutating func index() throws(JSONPathError) -> JSONPath.Step {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    while let byte = next, byte.isDecimalDigit { place += 1 }
    guard let index = Int(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      place = start
      throw error("an index or a key in quotes is expected")
    }
    return .index(index)
  }

  private func error(_ reason: String) -> JSONPathError {
    JSONPathError(path: text, reason: reason, position: place)
  }
}

extension UInt8 {
  /// Whether a key may contain this byte without quotes.
  fileprivate var isPlainKeyByte: Bool {
    switch self {
    case 0...0x20, 0x7F, UInt8(ascii: "."), UInt8(ascii: "\""), UInt8(ascii: "["),
      UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      false
    default:
      true
    }
  }
}
