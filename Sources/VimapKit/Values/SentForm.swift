public import VimapBytes

/// In what form the inputs of a sequence are sent.
@usableFromInline
protocol SentForm<Input> {
  associatedtype Input

  /// Appends an input as it is to be sent.
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws
}

/// As they are.
@usableFromInline
struct SentAsIs<Input: Codable>: SentForm {
  // Each has its own, as several may be used at once.
  @usableFromInline let codec = ValueCodec<Input>()

  @inlinable init() {}

  @inlinable
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws {
    try codec.encode(input, to: &buffer)
  }
}

/// Lines of JSON, as what they say.
@usableFromInline
struct SentAsJSON: SentForm {
  /// Whether whoever gets them has to be told that they are JSON.
  private let isMarked: Bool

  @usableFromInline
  init<Sent: Codable>(for sent: Sent.Type) {
    isMarked = sent != JSONLine.self && sent != JSONValue.self
  }

  @usableFromInline
  func encode(_ line: JSONLine, to buffer: inout ByteBuffer) throws {
    if isMarked { buffer.append(JSONMark.byte) }
    buffer.append(line.bytes)
  }
}

/// As what is made of them.
@usableFromInline
struct SentTransformed<Input, Sent: Codable>: SentForm {
  @usableFromInline let codec = ValueCodec<Sent>()
  @usableFromInline let transform: (Input) throws -> Sent

  @inlinable
  init(_ transform: @escaping (Input) throws -> Sent) { self.transform = transform }

  @inlinable
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws {
    try codec.encode(try transform(input), to: &buffer)
  }
}
