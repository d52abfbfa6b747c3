import VimapBytes

/// The `Decoder` that values are given: a place in the bytes. It has no state, so a value may keep
/// it and read again, in any order. Three words, which an `any Decoder` holds without allocating.
struct ValueReader: Decoder {
  let source: DecodingSource
  let offset: Int
  let depth: Int

  var codingPath: [any CodingKey] { source.codingPath(to: offset) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    let content = try content(.keyed, [String: Any].self)
    return KeyedDecodingContainer(KeyedReader(source: source, content: content, depth: depth))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    if source.bytes.tag(at: offset) == .bytes { return try unkeyedBytes() }
    let content = try content(.unkeyed, [Any].self)
    // Each element takes a byte at least; a number that says otherwise would be believed by those
    // who make room for the elements.
    guard let number = source.bytes.number(UInt32.self, at: content.lowerBound),
      Int(number) <= content.count - Format.elementCount
    else { throw source.corrupted(at: offset) }
    return UnkeyedReader(
      self, number: Int(number), position: content.lowerBound + Format.elementCount,
      end: content.upperBound)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    try checkDepth()
    return self
  }

  private func content(_ kind: Tag, _ type: Any.Type) throws -> Range<Int> {
    try checkDepth()
    guard source.bytes.tag(at: offset) == kind else { throw source.mismatch(type, at: offset) }
    guard let content = source.bytes.content(ofContainerAt: offset) else {
      throw source.corrupted(at: offset)
    }
    return content
  }

  private func checkDepth() throws {
    guard depth <= Format.depthLimit else { throw source.tooDeep(at: offset) }
  }

  /// What was written as bytes at one go, for a type that reads them one by one.
  private func unkeyedBytes() throws -> any UnkeyedDecodingContainer {
    var cursor = offset
    let bytes = try source.value([UInt8].self, at: &cursor, depth: depth)
    var elements = ByteBuffer(capacity: bytes.count * 3)
    for byte in bytes { elements.append(integer: byte) }
    let source = DecodingSource(owning: SharedBytes(copying: elements.view))
    return UnkeyedReader(
      ValueReader(source: source, offset: 0, depth: depth),
      number: bytes.count, position: 0, end: elements.count)
  }
}
