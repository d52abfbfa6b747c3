import CVimapSystem
import Glibc
import SystemPackage
import VimapBytes

/// An encoding of text that iconv(3) can convert in both directions.
public struct TextEncoding: Sendable {
  /// The name as it was given.
  public let name: String

  /// - Returns: `nil` if iconv does not know the name.
  public init?(_ name: String) {
    // A suffix after two slashes is not part of a name, and makes iconv drop characters silently.
    // An empty name would mean the locale's encoding.
    guard !name.isEmpty, !name.contains("//"), !name.utf8.contains(0),
      (try? TextConverter(decoding: name, endOfLine: 0, unit: 1)) != nil,
      (try? TextConverter(encoding: name)) != nil
    else { return nil }
    self.name = name
  }

  /// Makes a converter from this encoding to UTF-8.
  /// - Parameter endOfLine: the byte that ends lines, in UTF-8.
  public func decoder(endOfLine: UInt8) throws(SystemError) -> TextConverter {
    try TextConverter(decoding: name, endOfLine: endOfLine, unit: unit())
  }

  /// Makes a converter from UTF-8 to this encoding.
  public func encoder() throws(SystemError) -> TextConverter { try TextConverter(encoding: name) }

  /// The size of the encoding's smallest unit in bytes. It is the size of a line feed, without a
  /// mark that may stand before all text.
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
