import VimapBytes

/// A place in a text that is being scanned. Every function that takes one says how far it may read.
/// None reads at or past the end that it is given.
typealias Cursor = UnsafePointer<UInt8>

extension ByteView {
  /// The place of the first byte and the place after the last.
  @inline(__always)
  var cursors: (start: Cursor, end: Cursor) {
    withUnsafeBytes { bytes in
      // A view has an address even if it has no bytes.
      let start = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
      return (start, start + bytes.count)
    }
  }
}

/// Eight bytes of text as one number, the first byte lowest, so that one arithmetic step examines
/// all eight.
///
/// The tests below return a mask in which the high bit of a byte is set if the byte is a hit. A
/// subtraction may borrow from the byte above a hit, and an addition may carry into it. So only the
/// *lowest* hit of a mask is exact, and only that one is used.
typealias Word = UInt64

extension UInt64 {
  /// The eight bytes at `place`, all of which must be readable.
  @inline(__always)
  static func load(_ place: Cursor) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  /// `byte`, eight times.
  @inline(__always)
  static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Bytes that end a plain run in a string: `"`, `\`, control characters and everything that isn't
  /// ASCII.
  @inline(__always)
  var stringHits: UInt64 {
    // Flipping bit 1 puts `"` (0x22) right above the control characters, and nothing else below it.
    // So one subtraction finds both.
    let quoteOrControl = (self ^ .each(0x02)) &- .each(0x21)
    let backslash = (self ^ .each(UInt8(ascii: "\\"))) &- .each(0x01)
    return (quoteOrControl | backslash | self) & .each(0x80)
  }

  /// Bytes that aren't decimal digits.
  @inline(__always)
  var digitMisses: UInt64 {
    let value = self ^ .each(UInt8(ascii: "0"))
    return ((value &+ .each(0x76)) | value) & .each(0x80)
  }

  /// Which byte, 0 to 7, the lowest hit of this mask stands for; 8 if there is none.
  @inline(__always)
  var firstHit: Int { trailingZeroBitCount &>> 3 }
}
