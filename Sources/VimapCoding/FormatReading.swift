import VimapBytes

/// The format's parts in bytes that may hold anything. `nil` is for what is not there as a whole;
/// an offset may be any that is not negative.
extension ByteView {
  @inline(__always)
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
    guard count - offset >= MemoryLayout<Number>.size else { return nil }
    return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
  }

  @inline(__always)
  func tag(at offset: Int) -> Tag? {
    guard offset < count else { return nil }
    return Tag(rawValue: self[offset])
  }

  /// Where the bytes lie whose length stands at `offset`.
  @inline(__always)
  func stretch(at offset: Int) -> Range<Int>? {
    guard offset < count else { return nil }
    let short = self[offset]
    guard short == Format.long else {
      let first = offset + 1
      guard count - first >= Int(short) else { return nil }
      return Range(uncheckedBounds: (first, first + Int(short)))
    }
    let first = offset + 9
    guard let length = number(UInt64.self, at: offset + 1), length <= UInt64(count - first) else {
      return nil
    }
    return Range(uncheckedBounds: (first, first + Int(length)))
  }

  /// Where the entries or elements lie of the container at `offset`, the number of elements before
  /// them included.
  @inline(__always)
  func content(ofContainerAt offset: Int) -> Range<Int>? {
    let first = offset + Format.header
    guard let length = number(UInt32.self, at: offset + 1) else { return nil }
    guard Int(length) <= count - first else { return nil }
    return Range(uncheckedBounds: (first, first + Int(length)))
  }

  /// Where the value at `offset` ends.
  @inline(__always)
  func end(ofValueAt offset: Int) -> Int? {
    guard let tag = tag(at: offset) else { return nil }
    let first = offset + 1
    let end: Int
    switch tag {
    case .none, .false, .true: end = first
    case .int8: end = first + 1
    case .int32, .float: end = first + 4
    case .int64, .uint64, .double: end = first + 8
    case .int128, .uint128: end = first + 16
    case .text, .bytes: return stretch(at: first)?.upperBound
    case .keyed, .unkeyed: return content(ofContainerAt: offset)?.upperBound
    }
    return end <= count ? end : nil
  }

  /// A copy as text, where the bytes are UTF-8.
  var validText: String? {
    withUnsafeBytes { bytes in
      let bytes = bytes.bindMemory(to: UInt8.self).span
      guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
      return String(copying: utf8)
    }
  }
}
