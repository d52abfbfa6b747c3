import VimapBytes

struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let source: DecodingSource
  let content: Range<Int>
  let depth: Int

  var codingPath: [any CodingKey] {
    source.codingPath(to: content.lowerBound - Format.header)
  }

  var allKeys: [Key] {
    let bytes = source.bytes
    var keys: [Key] = []
    var entry = content.lowerBound
    while entry < content.upperBound, let name = bytes.stretch(at: entry),
      let end = bytes.end(ofValueAt: name.upperBound)
    {
      if let key = Key(stringValue: bytes.slice(name.lowerBound, name.count).text) {
        keys.append(key)
      }
      entry = end
    }
    return keys
  }

  func contains(_ key: Key) -> Bool {
    (try? source.find(key.stringValue, in: content)) != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try source.isNone(at: source.place(of: key, in: content))
  }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try source.read(key, in: content) { try $0.bool(at: &$1) }
  }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try source.read(key, in: content) { try $0.text(at: &$1) }
  }

  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try source.read(key, in: content) { try $0.floatingPoint(type, at: &$1) }
  }

  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try source.read(key, in: content) { try $0.floatingPoint(type, at: &$1) }
  }

  @inline(__always)
  func decode<Number: FixedWidthInteger & Decodable>(
    _ type: Number.Type, forKey key: Key
  ) throws -> Number {
    try source.read(key, in: content) { try $0.integer(type, at: &$1) }
  }

  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
    try source.read(key, in: content) { try $0.integer(type, at: &$1) }
  }

  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
    try source.read(key, in: content) { try $0.integer(type, at: &$1) }
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try source.read(key, in: content) { try $0.value(type, at: &$1, depth: depth) }
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nested(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try nested(Format.superKey) }

  func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

  private func nested(_ key: some CodingKey) throws -> ValueReader {
    let place = try source.place(of: key, in: content)
    return ValueReader(source: source, offset: place, depth: depth + 1)
  }
}

struct UnkeyedReader: UnkeyedDecodingContainer {
  let source: DecodingSource
  /// Where the container lies, and how deep.
  let offset: Int
  let depth: Int

  let number: Int
  var position: Int
  let end: Int
  private(set) var currentIndex = 0

  init(_ reader: ValueReader, number: Int, position: Int, end: Int) {
    source = reader.source
    offset = reader.offset
    depth = reader.depth
    self.number = number
    self.position = position
    self.end = end
  }

  var codingPath: [any CodingKey] { source.codingPath(to: offset) }
  var count: Int? { number }
  var isAtEnd: Bool { currentIndex >= number }

  /// Reads the next element; one that cannot be read stays the next.
  @inline(__always)
  private mutating func read<T>(
    _ type: Any.Type, _ body: (DecodingSource, inout Int) throws -> T
  ) throws -> T {
    let source = source
    guard !isAtEnd else { throw source.exhausted(type, inContainerAt: offset) }
    var cursor = position
    let value = try body(source, &cursor)
    guard cursor <= end else { throw source.corrupted(at: position) }
    position = cursor
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd else { throw source.exhausted(Any?.self, inContainerAt: offset) }
    guard source.isNone(at: position) else { return false }
    position += 1
    currentIndex += 1
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool {
    try read(type) { try $0.bool(at: &$1) }
  }

  mutating func decode(_ type: String.Type) throws -> String {
    try read(type) { try $0.text(at: &$1) }
  }

  mutating func decode(_ type: Double.Type) throws -> Double {
    try read(type) { try $0.floatingPoint(type, at: &$1) }
  }

  mutating func decode(_ type: Float.Type) throws -> Float {
    try read(type) { try $0.floatingPoint(type, at: &$1) }
  }

  @inline(__always)
  mutating func decode<Number: FixedWidthInteger & Decodable>(
    _ type: Number.Type
  ) throws -> Number {
    try read(type) { try $0.integer(type, at: &$1) }
  }

  mutating func decode(_ type: Int128.Type) throws -> Int128 {
    try read(type) { try $0.integer(type, at: &$1) }
  }

  mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
    try read(type) { try $0.integer(type, at: &$1) }
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let depth = depth
    return try read(type) { try $0.value(type, at: &$1, depth: depth) }
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try nested { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try nested { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder {
    try nested { $0 }
  }

  private mutating func nested<T>(_ body: (ValueReader) throws -> T) throws -> T {
    let depth = depth + 1
    return try read(T.self) { source, cursor in
      let element = ValueReader(source: source, offset: cursor, depth: depth)
      cursor = try source.end(ofValueAt: cursor)
      return try body(element)
    }
  }
}

extension ValueReader: SingleValueDecodingContainer {
  func decodeNil() -> Bool { source.isNone(at: offset) }

  func decode(_ type: Bool.Type) throws -> Bool {
    var cursor = offset
    return try source.bool(at: &cursor)
  }

  func decode(_ type: String.Type) throws -> String {
    var cursor = offset
    return try source.text(at: &cursor)
  }

  func decode(_ type: Double.Type) throws -> Double {
    var cursor = offset
    return try source.floatingPoint(type, at: &cursor)
  }

  func decode(_ type: Float.Type) throws -> Float {
    var cursor = offset
    return try source.floatingPoint(type, at: &cursor)
  }

  @inline(__always)
  func decode<Number: FixedWidthInteger & Decodable>(_ type: Number.Type) throws -> Number {
    var cursor = offset
    return try source.integer(type, at: &cursor)
  }

  func decode(_ type: Int128.Type) throws -> Int128 {
    var cursor = offset
    return try source.integer(type, at: &cursor)
  }

  func decode(_ type: UInt128.Type) throws -> UInt128 {
    var cursor = offset
    return try source.integer(type, at: &cursor)
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    var cursor = offset
    return try source.value(type, at: &cursor, depth: depth)
  }
}
