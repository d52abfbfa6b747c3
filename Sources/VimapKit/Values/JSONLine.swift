public import VimapBytes
@_exported public import class VimapJSON.JSONValue
@_exported public import struct VimapJSON.JSONProblem

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A piece of JSON text, as bytes that nothing has looked into.
///
/// Lines that came together share one block of memory, of which each is a part: passing a line
/// through a pool, keeping it or handing it on copies none of its bytes. Nothing checks that it is
/// JSON; ``parse()`` does.
public struct JSONLine: @unchecked Sendable {
  // Unchecked, as nothing changes a block once lines have been cut from it.
  @usableFromInline let block: SharedBytes
  @usableFromInline let offset: Int
  /// How many bytes it has.
  public let count: Int

  @inlinable
  init(_ block: SharedBytes, _ offset: Int, _ count: Int) {
    self.block = block
    self.offset = offset
    self.count = count
  }

  /// A copy of a text's UTF-8.
  public init(_ text: String) {
    var buffer = ByteBuffer(capacity: text.utf8.count)
    buffer.append(text: text)
    self.init(copying: buffer.view)
  }

  /// A copy of bytes.
  public init(copying bytes: UnsafeRawBufferPointer) { self.init(copying: ByteView(bytes)) }

  init(copying bytes: ByteView) {
    self.init(SharedBytes(copying: bytes), 0, bytes.count)
  }

  /// A value's text.
  /// - Throws: `JSONProblem` where jansson has no memory left.
  public init(_ value: JSONValue) throws(JSONProblem) {
    var buffer = ByteBuffer()
    try value.write(to: &buffer)
    self.init(copying: buffer.view)
  }

  /// The bytes, valid as long as this line is.
  @inlinable
  var bytes: ByteView { block.bytes.slice(offset, count) }

  /// Lends the bytes for the length of the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(block) {} }
    return try bytes.withUnsafeBytes(body)
  }

  /// The bytes as text; what is not UTF-8 in them becomes U+FFFD.
  public var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Reads the text.
  /// - Throws: `JSONProblem` where it is not JSON.
  public func parse() throws(JSONProblem) -> JSONValue {
    defer { withExtendedLifetime(block) {} }
    return try JSONValue.parse(bytes)
  }

  /// Reads the text as a value of a type.
  /// - Throws: `DecodingError` where it is none.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    defer { withExtendedLifetime(block) {} }
    return try JSONMark.decode(bytes)
  }
}

extension JSONLine: CustomStringConvertible, ExpressibleByStringLiteral {
  public var description: String { text }

  public init(stringLiteral text: String) { self.init(text) }
}

extension JSONLine: Hashable {
  public static func == (one: JSONLine, other: JSONLine) -> Bool {
    one.withUnsafeBytes { left in
      other.withUnsafeBytes { right in left.elementsEqual(right) }
    }
  }

  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

/// As a string that holds the text.
extension JSONLine: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// Text of JSON in the place of an encoded value: behind a byte that none begins with.
@usableFromInline
enum JSONMark {
  @usableFromInline static var byte: UInt8 { 0xFF }

  @usableFromInline
  static func decode<Value: Decodable>(_ text: ByteView) throws -> Value {
    let data = text.withUnsafeBytes { Data($0) }
    return try JSONDecoder().decode(Value.self, from: data)
  }
}
