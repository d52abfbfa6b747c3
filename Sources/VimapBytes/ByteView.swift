import Glibc

/// A borrowed, read-only run of bytes: an address and a length, nothing owned.
///
/// A view is valid only while whatever holds the bytes — a slab, a mapping, a ``ByteBuffer`` — is
/// neither released nor grown. It is as cheap to pass and to store as two words, which is why the
/// paths that handle every record use it where other code would use an array.
@frozen
public struct ByteView {
  @usableFromInline let start: UnsafeRawPointer
  public let count: Int

  @inlinable
  public init(start: UnsafeRawPointer, count: Int) {
    self.start = start
    self.count = count
  }

  @inlinable
  public init(_ bytes: UnsafeRawBufferPointer) {
    self.start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    self.count = bytes.count
  }

  /// The bytes of a literal, which live as long as the process.
  @inlinable
  public init(_ literal: StaticString) {
    self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
  }

  /// A view without bytes.
  @inlinable
  public static var empty: ByteView { ByteView("") }

  @inlinable public var isEmpty: Bool { count == 0 }

  /// Where another view begins in this one; `nil` where it does not.
  public func offset(of part: ByteView) -> Int? {
    let offset = part.start - start
    return (0..<count).contains(offset) ? offset : nil
  }

  @inlinable
  public subscript(index: Int) -> UInt8 {
    assert(index >= 0 && index < count, "byte \(index) of \(count)")
    return start.load(fromByteOffset: index, as: UInt8.self)
  }

  /// The bytes from `offset` on, `length` of them, or all that follow.
  @inlinable
  public func slice(_ offset: Int, _ length: Int? = nil) -> ByteView {
    let length = length ?? count - offset
    assert(offset >= 0 && length >= 0 && offset + length <= count)
    return ByteView(start: start + offset, count: length)
  }

  /// The first `length` bytes, or all of them where there are fewer.
  @inlinable
  public func head(_ length: Int) -> ByteView {
    slice(0, min(length, count))
  }

  /// Where `byte` first stands at or after `offset`, counted from the view's own start.
  @inlinable
  public func firstIndex(of byte: UInt8, from offset: Int = 0) -> Int? {
    guard offset < count, let found = memchr(start + offset, Int32(byte), count - offset) else {
      return nil
    }
    return UnsafeRawPointer(found) - start
  }

  /// 64 bits that are the same for the same bytes, in every run (FNV-1a).
  public var stableHash: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    withUnsafeBytes {
      for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    return hash
  }

  /// The view without JSON white space (space, tab, line feed, carriage return; RFC 8259
  /// section 2) at either end.
  @inlinable
  public func trimmed() -> ByteView {
    var first = 0
    var end = count
    while first < end, self[first].isJSONWhiteSpace { first += 1 }
    while end > first, self[end - 1].isJSONWhiteSpace { end -= 1 }
    return slice(first, end - first)
  }

  /// This view and `next` as one, where `next` begins in memory right where this one ends.
  public func joined(with next: ByteView) -> ByteView? {
    guard start + count == next.start else { return nil }
    return ByteView(start: start, count: count + next.count)
  }

  /// A copy as text; bytes that are not UTF-8 become U+FFFD.
  public var text: String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// Lends the bytes to code that wants a pointer, for the length of the call.
  @inlinable
  public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension ByteView: Equatable {
  public static func == (left: ByteView, right: ByteView) -> Bool {
    left.count == right.count && memcmp(left.start, right.start, left.count) == 0
  }
}

extension UInt8 {
  /// Space, tab, line feed or carriage return.
  @inlinable
  public var isJSONWhiteSpace: Bool {
    self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09
  }
}
