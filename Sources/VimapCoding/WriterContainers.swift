/// Each container has one generic function where its protocol asks for one per integer type. Only
/// the 128-bit ones must be spelled out, as the standard library has a refusal for them that would
/// be preferred.
extension ValueWriter {
  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter(writer: self, identity: openContainer(.keyed)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedWriter(writer: self, identity: openContainer(.unkeyed))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleWriter(writer: self, identity: level.identity)
  }
}

struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let writer: ValueWriter
  let identity: Int

  var codingPath: [any CodingKey] { writer.codingPath }

  @inline(__always)
  private func begin(_ key: Key, _ value: @autoclosure () -> Any) throws {
    guard writer.isOpen(identity) else { throw writer.refusal(of: value()) }
    writer.buffer.append(stretch: key.stringValue)
  }

  func encodeNil(forKey key: Key) throws {
    try begin(key, Any?.none as Any)
    writer.buffer.append(Tag.none.rawValue)
  }

  func encode(_ value: Bool, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(bool: value)
  }

  func encode(_ value: String, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(taggedText: value)
  }

  func encode(_ value: Double, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(double: value)
  }

  func encode(_ value: Float, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(float: value)
  }

  @inline(__always)
  func encode<Number: FixedWidthInteger & Encodable>(_ value: Number, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: Int128, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: UInt128, forKey key: Key) throws {
    try begin(key, value)
    writer.buffer.append(integer: value)
  }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    let entry = writer.buffer.count
    try begin(key, value)
    try writer.write(value, entry: entry)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    child(key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    child(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { child(Format.superKey) }

  func superEncoder(forKey key: Key) -> any Encoder { child(key) }

  private func child(_ key: some CodingKey) -> ValueWriter {
    guard writer.isOpen(identity) else { return .refusing() }
    writer.buffer.append(stretch: key.stringValue)
    return writer.child()
  }
}

struct UnkeyedWriter: UnkeyedEncodingContainer {
  let writer: ValueWriter
  let identity: Int

  var codingPath: [any CodingKey] { writer.codingPath }

  var count: Int { writer.isOpen(identity) ? writer.level.count : 0 }

  @inline(__always)
  private func begin(_ value: @autoclosure () -> Any) throws {
    guard writer.isOpen(identity) else { throw writer.refusal(of: value()) }
    if writer.level.kind == .bytes { writer.becomeElements() }
    writer.level.count += 1
  }

  /// What types that are bytes, such as `Data`, write themselves with.
  func encode<Bytes: Sequence>(contentsOf sequence: Bytes) throws where Bytes.Element == UInt8 {
    guard writer.isOpen(identity) else { throw writer.refusal(of: sequence) }
    if writer.level.count == 0, writer.level.kind == .unkeyed {
      let isDone: Void? = sequence.withContiguousStorageIfAvailable { writer.becomeBytes($0) }
      if isDone != nil { return }
    }
    for byte in sequence { try encode(byte) }
  }

  func encodeNil() throws {
    try begin(Any?.none as Any)
    writer.buffer.append(Tag.none.rawValue)
  }

  func encode(_ value: Bool) throws {
    try begin(value)
    writer.buffer.append(bool: value)
  }

  func encode(_ value: String) throws {
    try begin(value)
    writer.buffer.append(taggedText: value)
  }

  func encode(_ value: Double) throws {
    try begin(value)
    writer.buffer.append(double: value)
  }

  func encode(_ value: Float) throws {
    try begin(value)
    writer.buffer.append(float: value)
  }

  @inline(__always)
  func encode<Number: FixedWidthInteger & Encodable>(_ value: Number) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: Int128) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: UInt128) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode<T: Encodable>(_ value: T) throws {
    guard writer.isOpen(identity) else { throw writer.refusal(of: value) }
    if writer.level.kind == .bytes { writer.becomeElements() }
    try writer.write(value, entry: writer.buffer.count)
    writer.level.count += 1
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    child().container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    child().unkeyedContainer()
  }

  func superEncoder() -> any Encoder { child() }

  private func child() -> ValueWriter {
    guard writer.isOpen(identity) else { return .refusing() }
    if writer.level.kind == .bytes { writer.becomeElements() }
    writer.level.count += 1
    return writer.child()
  }
}

struct SingleWriter: SingleValueEncodingContainer {
  let writer: ValueWriter
  let identity: Int

  var codingPath: [any CodingKey] { writer.codingPath }

  /// A level takes one single value, and none where a container was opened.
  @inline(__always)
  private func begin(_ value: @autoclosure () -> Any) throws {
    guard writer.isOpen(identity), writer.level.kind == .untouched else {
      throw writer.refusal(of: value())
    }
    writer.level.kind = .single
  }

  func encodeNil() throws {
    try begin(Any?.none as Any)
    writer.buffer.append(Tag.none.rawValue)
  }

  func encode(_ value: Bool) throws {
    try begin(value)
    writer.buffer.append(bool: value)
  }

  func encode(_ value: String) throws {
    try begin(value)
    writer.buffer.append(taggedText: value)
  }

  func encode(_ value: Double) throws {
    try begin(value)
    writer.buffer.append(double: value)
  }

  func encode(_ value: Float) throws {
    try begin(value)
    writer.buffer.append(float: value)
  }

  @inline(__always)
  func encode<Number: FixedWidthInteger & Encodable>(_ value: Number) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: Int128) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode(_ value: UInt128) throws {
    try begin(value)
    writer.buffer.append(integer: value)
  }

  func encode<T: Encodable>(_ value: T) throws {
    try begin(value)
    do {
      try writer.write(value, entry: writer.buffer.count)
    } catch {
      writer.level.kind = .untouched
      throw error
    }
  }
}
