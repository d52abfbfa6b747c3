import VimapBytes
import VimapKit

/// What a line is that is not JSON but should be, as far as that can be seen at a glance.
package enum TextLook: Equatable, Sendable {
  // What a whole input is, known from its beginning.

  /// Compressed by gzip.
  case gzip
  /// Compressed by zstd.
  case zstd
  /// Compressed by xz.
  case xz
  /// Compressed by bzip2.
  case bzip2
  /// A zip archive.
  case zip
  /// A Parquet file.
  case parquet
  /// Text in the encoding with this name (iconv(1)).
  case encoded(String)
  /// Values with a separator between them, and maybe their names in the first line.
  case columns(separator: Character, hasNames: Bool)
  /// A document in YAML.
  case yaml
  /// A document in XML.
  case xml
  /// A page in HTML.
  case html
  /// Records that end in NUL.
  case endedByNUL
  /// No text.
  case binary
  /// Lines of a log.
  case logLine
  /// Text of another kind.
  case plainText

  // What a line is, wherever it is.

  /// A part of an object that is written on several lines.
  case partOfObject
  /// A part of an array that is written on several lines.
  case partOfArray
  /// Several values on one line.
  case severalValues
  /// A value as Python prints it.
  case python
  /// A value in single quotes, as in JavaScript.
  case singleQuotes
  /// An object whose keys have no quotes.
  case unquotedKeys
  /// A value with a comma behind its last member.
  case commaAtEnd
  /// A value with a comma behind it, like an element of an array.
  case commaBehind
  /// A value with NaN or an infinity in it.
  case notANumber
  /// A part of Python's report of an error.
  case traceback
  /// Text in another encoding than UTF-8, most likely one of one byte per character.
  case notUTF8

  // What is JSON, but not what was meant.

  /// All records as one array.
  case wholeArray

  /// Only so many bytes of a line are looked at.
  static let lookedAt = 2048

  /// Recognises a line.
  /// - Parameters:
  ///   - line: the line, which is not JSON.
  ///   - isFirst: whether it is the first line of an input.
  package init?(_ line: ByteView, isFirst: Bool = false) {
    let head = line.head(min(line.count, Self.lookedAt))
    if isFirst, let look = Self.format(head) {
      self = look
      return
    }
    guard let text = PlainLine(head, isWhole: head.count == line.count) else {
      if PlainLine.isOtherEncoding(head) {
        self = .notUTF8
      } else if isFirst, !line.isEmpty {
        self = .binary
      } else {
        return nil
      }
      return
    }
    if let look = text.lookOfJSON ?? text.lookOfTraceback {
      self = look
    } else if isFirst, let look = text.lookOfFirst {
      self = look
    } else {
      return nil
    }
  }

  /// What the first bytes say.
  private static func format(_ head: ByteView) -> TextLook? {
    func begins(_ bytes: [UInt8]) -> Bool {
      head.count >= bytes.count && bytes.indices.allSatisfy { head[$0] == bytes[$0] }
    }
    let formats: [([UInt8], TextLook)] = [
      ([0x1F, 0x8B], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz), (Array("BZh".utf8), .bzip2),
      ([0x50, 0x4B, 3, 4], .zip), (Array("PAR1".utf8), .parquet),
      ([0xFF, 0xFE, 0, 0], .encoded("utf-32")), ([0, 0, 0xFE, 0xFF], .encoded("utf-32")),
      ([0xFF, 0xFE], .encoded("utf-16")), ([0xFE, 0xFF], .encoded("utf-16")),
    ]
    if let known = formats.first(where: { begins($0.0) }) { return known.1 }
    // UTF-16 and UTF-32 without a byte order mark: letters have zero bytes on one side.
    guard head.count >= 2, let zero = head.firstIndex(of: 0) else { return nil }
    if head.count >= 4, zero == 0, head[1] == 0, head[2] == 0, head[3] != 0 {
      return .encoded("utf-32be")
    }
    if head.count >= 4, zero == 1, head[2] == 0, head[3] == 0 { return .encoded("utf-32le") }
    if zero == 0, head[1] != 0, head.count < 4 || head[2] == 0 { return .encoded("utf-16be") }
    if zero == 1, head.count < 4 || head[2] != 0 && head[3] == 0 { return .encoded("utf-16le") }
    return PlainLine(head.head(zero), isWhole: true) == nil ? nil : .endedByNUL
  }
}
