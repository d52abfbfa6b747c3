import VimapBytes

/// The bytes that are decoded, and what is common to all that read them.
final class DecodingSource {
  var bytes = ByteView.empty
  /// What holds the bytes where they are not the caller's.
  private var owned: SharedBytes?

  /// The container that was read from last, by where its entries begin, and the entry after the one
  /// that was read. Keys are mostly asked for in the order in which they were written.
  private var hintContainer = -1
  private var hintEntry = 0

  /// The type that bytes were last read as, and as what, where it holds nothing else.
  private var knownType: Any.Type?
  private var knownBytes: (any RangeReplaceableCollection<UInt8>.Type)?

  init() {}

  /// Bytes that are made for a decoding and live as long as it.
  init(owning owned: SharedBytes) {
    self.owned = owned
    self.bytes = owned.bytes
  }

  // MARK: Keys

  func forgetHint() { hintContainer = -1 }

  /// Reads the value of `key` in a keyed container, and expects the one after it to be next.
  ///
  /// It is here, and hands itself on to `body`, because a container that reaches for its source
  /// several times counts references each time; that would be a third of the cost of a field.
  @inline(__always)
  func read<Key: CodingKey, T>(
    _ key: Key, in content: Range<Int>, _ body: (DecodingSource, inout Int) throws -> T
  ) throws -> T {
    var cursor = try place(of: key, in: content)
    let value = try body(self, &cursor)
    hintContainer = content.lowerBound
    hintEntry = cursor
    return value
  }

  @inline(__always)
  func place<Key: CodingKey>(of key: Key, in content: Range<Int>) throws -> Int {
    guard let place = try find(key.stringValue, in: content) else {
      throw missing(key, in: content)
    }
    return place
  }

  /// Where the value lies that `key` has in a keyed container.
  func find(_ key: String, in content: Range<Int>) throws -> Int? {
    var likely = content.lowerBound
    if hintContainer == likely { likely = min(hintEntry, content.upperBound) }
    var key = key
    return try key.withUTF8 { utf8 in
      let key = ByteView(UnsafeRawBufferPointer(utf8))
      return try value(of: key, from: likely, to: content.upperBound)
        ?? value(of: key, from: content.lowerBound, to: likely)
    }
  }

  private func value(of key: ByteView, from first: Int, to end: Int) throws -> Int? {
    var entry = first
    while entry < end {
      guard let name = bytes.stretch(at: entry) else { throw corrupted(at: entry) }
      if name.count == key.count, bytes.slice(name.lowerBound, name.count) == key {
        return name.upperBound
      }
      entry = try self.end(ofValueAt: name.upperBound)
    }
    return nil
  }

  // MARK: Values

  @inline(__always)
  func end(ofValueAt offset: Int) throws -> Int {
    guard let end = bytes.end(ofValueAt: offset) else { throw corrupted(at: offset) }
    return end
  }

  func value<T: Decodable>(_ type: T.Type, at cursor: inout Int, depth: Int) throws -> T {
    // The commonest types are read here: they would only come back, and take their time.
    if T.self == [UInt8].self, bytes.tag(at: cursor) == .bytes {
      guard let stretch = bytes.stretch(at: cursor + 1) else { throw corrupted(at: cursor) }
      cursor = stretch.upperBound
      return bytes.slice(stretch.lowerBound, stretch.count).withUnsafeBytes {
        unsafeBitCast([UInt8]($0), to: T.self)
      }
    }
    if T.self == Int.self {
      return unsafeBitCast(try integer(Int.self, at: &cursor), to: T.self)
    }
    if T.self == Double.self {
      return unsafeBitCast(try floatingPoint(Double.self, at: &cursor), to: T.self)
    }
    if T.self == String.self {
      return unsafeBitCast(try text(at: &cursor), to: T.self)
    }
    if bytes.tag(at: cursor) == .bytes, let value = try container(of: type, at: &cursor) {
      return value
    }
    let end = try end(ofValueAt: cursor)
    let value = try T(from: ValueReader(source: self, offset: cursor, depth: depth + 1))
    cursor = end
    return value
  }

  /// Reads bytes as a type that holds bytes and nothing else, and that would ask for one after the
  /// other; `nil` where it is another type.
  private func container<T>(of type: T.Type, at cursor: inout Int) throws -> T? {
    if type != knownType {
      knownType = type
      let name = _typeName(type, qualified: true)
      let isKnown = Self.typesOfBytes.contains { name == $0 }
      knownBytes = isKnown ? type as? any RangeReplaceableCollection<UInt8>.Type : nil
    }
    guard let knownBytes else { return nil }
    guard let stretch = bytes.stretch(at: cursor + 1) else { throw corrupted(at: cursor) }
    let value = bytes.slice(stretch.lowerBound, stretch.count).withUnsafeBytes {
      knownBytes.init(holding: $0) as? T
    }
    if value != nil { cursor = stretch.upperBound }
    return value
  }

  /// Of those that are written at one go, the ones of which it is known that they are read so too.
  private static let typesOfBytes = ["Foundation.Data", "FoundationEssentials.Data"]

  func isNone(at offset: Int) -> Bool { bytes.tag(at: offset) == Tag.none }

  func bool(at cursor: inout Int) throws -> Bool {
    let tag = bytes.tag(at: cursor)
    guard tag == .true || tag == .false else { throw mismatch(Bool.self, at: cursor) }
    cursor += 1
    return tag == .true
  }

  func text(at cursor: inout Int) throws -> String {
    guard bytes.tag(at: cursor) == .text else { throw mismatch(String.self, at: cursor) }
    guard let stretch = bytes.stretch(at: cursor + 1),
      let text = bytes.slice(stretch.lowerBound, stretch.count).validText
    else { throw corrupted(at: cursor) }
    cursor = stretch.upperBound
    return text
  }

  @inline(__always)
  func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, at cursor: inout Int
  ) throws -> Number {
    switch bytes.tag(at: cursor) {
    case .int8: try exactly(Int8.self, at: &cursor)
    case .int32: try exactly(Int32.self, at: &cursor)
    case .int64: try exactly(Int64.self, at: &cursor)
    case .uint64: try exactly(UInt64.self, at: &cursor)
    case .int128: try exactly(Int128.self, at: &cursor)
    case .uint128: try exactly(UInt128.self, at: &cursor)
    default: throw mismatch(type, at: cursor)
    }
  }

  /// A number that was written as a `Stored`, where a `Number` can hold it.
  @inline(__always)
  private func exactly<Stored: FixedWidthInteger, Number: FixedWidthInteger>(
    _ stored: Stored.Type, at cursor: inout Int
  ) throws -> Number {
    let stored = try payload(stored, at: cursor)
    guard let number = Number(exactly: stored) else {
      throw doesNotFit(Number.self, at: cursor)
    }
    cursor += 1 + MemoryLayout<Stored>.size
    return number
  }

  @inline(__always)
  private func payload<Stored: FixedWidthInteger>(
    _ type: Stored.Type, at offset: Int
  ) throws -> Stored {
    guard let payload = bytes.number(type, at: offset + 1) else { throw corrupted(at: offset) }
    return payload
  }

  @inline(__always)
  func floatingPoint<Number: BinaryFloatingPoint>(
    _ type: Number.Type, at cursor: inout Int
  ) throws -> Number {
    let number: Number?
    let offset = cursor
    switch bytes.tag(at: cursor) {
    case .double:
      let double = Double(bitPattern: try payload(UInt64.self, at: cursor))
      number = Number(keeping: double)
      cursor += 9
    case .float:
      let float = Float(bitPattern: try payload(UInt32.self, at: cursor))
      number = Number(keeping: float)
      cursor += 5
    default:
      let whole = try? integer(Int128.self, at: &cursor)
      guard let whole else { throw mismatch(type, at: offset) }
      number = Number(exactly: whole)
    }
    guard let number else {
      cursor = offset
      throw doesNotFit(type, at: offset)
    }
    return number
  }
}

extension BinaryFloatingPoint {
  /// A number of another width, where this one can hold it; and what is no number.
  @inline(__always)
  fileprivate init?<Other: BinaryFloatingPoint>(keeping other: Other) {
    if let same = other as? Self {
      self = same
    } else if other.isNaN {
      self = .nan
    } else {
      self.init(exactly: other)
    }
  }
}

extension RangeReplaceableCollection<UInt8> {
  fileprivate init(holding bytes: UnsafeRawBufferPointer) { self.init(bytes) }
}
