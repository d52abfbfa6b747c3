import VimapBytes

/// The format's parts, appended.
extension ByteBuffer {
  @inline(__always)
  mutating func append<Payload: FixedWidthInteger & BitwiseCopyable>(
    _ tag: Tag, _ payload: Payload
  ) {
    append(tag.rawValue)
    append(native: payload)
  }

  @inline(__always)
  mutating func append<Number: FixedWidthInteger>(integer number: Number) {
    if let number = Int8(exactly: number) {
      append(.int8, number)
    } else if let number = Int32(exactly: number) {
      append(.int32, number)
    } else if let number = Int64(exactly: number) {
      append(.int64, number)
    } else if let number = UInt64(exactly: number) {
      append(.uint64, number)
    } else if let number = Int128(exactly: number) {
      append(.int128, number)
    } else {
      // lint: what is none of the others is one
      append(.uint128, UInt128(truncatingIfNeeded: number))
    }
  }

  mutating func append(bool: Bool) {
    append((bool ? Tag.true : .false).rawValue)
  }

  mutating func append(double: Double) {
    append(.double, double.bitPattern)
  }

  mutating func append(float: Float) {
    append(.float, float.bitPattern)
  }

  mutating func append(taggedText text: String) {
    append(Tag.text.rawValue)
    append(stretch: text)
  }

  mutating func append(bytes: [UInt8]) {
    append(Tag.bytes.rawValue)
    bytes.withUnsafeBytes { append(stretch: ByteView($0)) }
  }

  mutating func append(stretch text: String) {
    var text = text
    text.withUTF8 { append(stretch: ByteView(UnsafeRawBufferPointer($0))) }
  }

  mutating func append(stretch bytes: ByteView) {
    if bytes.count < Int(Format.long) {
      // lint: less than Format.long, which is a byte
      append(UInt8(truncatingIfNeeded: bytes.count))
    } else {
      append(Format.long)
      append(native: UInt64(bytes.count))
    }
    append(bytes)
  }
}
