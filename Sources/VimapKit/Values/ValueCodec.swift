public import VimapBytes
public import VimapCoding
public import VimapJSON

/// How values of one type travel: lines of JSON as they are, jansson's values as their text, and
/// all others as `Codable` says.
@usableFromInline
final class ValueCodec<Value: Codable> {
  @usableFromInline let encoder = ValueEncoder()
  @usableFromInline let decoder = ValueDecoder()

  @inlinable init() {}

  /// Whether values are cut from the bytes they come in, which then have to stay.
  @inlinable
  var keepsBytes: Bool { Value.self == JSONLine.self }

  /// Appends a value.
  @inlinable
  func encode(_ value: Value, to buffer: inout ByteBuffer) throws {
    if let line = sameType(value, as: JSONLine.self) {
      buffer.append(line.bytes)
    } else if let value = sameType(value, as: JSONValue.self) {
      try value.write(to: &buffer)
    } else {
      try encoder.encode(value, to: &buffer)
    }
  }

  /// Reads the value that a part of `block` is.
  @inlinable
  func decode(_ block: SharedBytes, _ offset: Int, _ count: Int) throws -> Value {
    let line = JSONLine(block, offset, count)
    if let line = sameType(line, as: Value.self) { return line }
    return try decode(line.bytes)
  }

  /// Reads the value that `bytes` are; not for one that ``keepsBytes``.
  @inlinable
  func decode(_ bytes: ByteView) throws -> Value {
    if Value.self == JSONValue.self {
      let value = try JSONValue.parse(bytes)
      if let value = sameType(value, as: Value.self) { return value }
    }
    if bytes.count > 0, bytes[0] == JSONMark.byte { return try JSONMark.decode(bytes.slice(1)) }
    return try decoder.decode(Value.self, from: bytes)
  }
}

/// Values one behind the other, each preceded by its length: how they lie in a batch and in a run
/// of results.
@usableFromInline
enum Frame {
  /// Bytes the length takes.
  @inlinable static var headSize: Int { 4 }

  /// Begins a frame in an empty buffer.
  @inlinable
  static func begin(_ buffer: inout ByteBuffer) {
    buffer.removeAll()
    buffer.append("\0\0\0\0")
  }

  /// Ends the frame that the buffer holds from `start` on; `false` where its value is too large.
  @inlinable
  static func end(_ buffer: inout ByteBuffer, from start: Int = 0) -> Bool {
    guard let length = UInt32(exactly: buffer.count - start - headSize) else { return false }
    buffer.overwrite(length, at: start)
    return true
  }

  /// Where the value is whose head is at `offset`; `nil` where there is none.
  @inlinable
  static func body(in bytes: ByteView, at offset: Int) -> Range<Int>? {
    guard offset >= 0, offset + headSize <= bytes.count else { return nil }
    let length = bytes.withUnsafeBytes {
      Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let start = offset + headSize
    return start + length <= bytes.count ? start..<(start + length) : nil
  }
}

/// A value takes 4 GiB or more.
struct ValueTooLarge: Error, CustomStringConvertible {
  var description: String { "a value that takes 4 GiB or more when it is encoded" }
}

/// A frame as a worker writes it into a result slab.
struct FrameAnswer: ResultBody {
  var bytes: ByteView

  var sizeLimit: Int { bytes.count }

  func write<Failure: Error>(_ put: (ByteView) throws(Failure) -> Void) throws(Failure) {
    try put(bytes)
  }
}
