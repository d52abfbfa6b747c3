import CVimapSystem
import Glibc
import SystemPackage
import VimapBytes

/// An encoding of text that iconv(3) knows, both ways.
public struct TextEncoding: Sendable {
  /// As it was asked for.
  public let name: String

  /// - Returns: `nil` where iconv does not know the name.
  public init?(_ name: String) {
    // What may follow two slashes is no part of a name, but has characters dropped in silence.
    // An empty name would be the locale's encoding.
    guard !name.isEmpty, !name.contains("//"), !name.utf8.contains(0),
      (try? TextConverter(decoding: name, endOfLine: 0, unit: 1)) != nil,
      (try? TextConverter(encoding: name)) != nil
    else { return nil }
    self.name = name
  }

  /// Makes UTF-8 of text in this encoding.
  /// - Parameter endOfLine: what lines end with, in UTF-8.
  public func decoder(endOfLine: UInt8) throws(SystemError) -> TextConverter {
    try TextConverter(decoding: name, endOfLine: endOfLine, unit: unit())
  }

  /// Makes text in this encoding of UTF-8.
  public func encoder() throws(SystemError) -> TextConverter { try TextConverter(encoding: name) }

  /// Bytes of the smallest piece that text in this encoding is made of: what a line feed takes,
  /// without what may stand in front of all text.
  private func unit() throws(SystemError) -> Int {
    try max(1, encodedLength("\n\n") - encodedLength("\n"))
  }

  private func encodedLength(_ text: StaticString) throws(SystemError) -> Int {
    let converter = try encoder()
    var buffer = ByteBuffer(capacity: 64)
    converter.convert(ByteView(text), to: &buffer)
    converter.finish(&buffer)
    return buffer.count
  }
}
