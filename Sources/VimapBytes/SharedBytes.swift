/// Bytes on the heap with any number of owners, where ``ByteBuffer`` has one.
public final class SharedBytes {
  // Unchecked: nothing here calls out while it uses the buffer.
  @exclusivity(unchecked) @usableFromInline var buffer: ByteBuffer

  public init() {
    buffer = ByteBuffer(capacity: 256)
  }

  public init(copying bytes: ByteView) {
    buffer = ByteBuffer(capacity: bytes.count)
    buffer.append(bytes)
  }

  public init(taking buffer: consuming ByteBuffer) {
    self.buffer = buffer
  }

  /// So many bytes, each of which is put there before anybody looks at it.
  public init(room: Int) {
    buffer = ByteBuffer(capacity: room)
    buffer.appendUnsafe(room: room) { _ in room }
  }

  /// Puts bytes where nobody has looked yet.
  public func put(_ bytes: ByteView, at offset: Int) { buffer.overwrite(bytes, at: offset) }

  /// Lets go of the bytes, and keeps the memory for others.
  public func removeAll() { buffer.removeAll() }

  public func append(_ bytes: ByteView) { buffer.append(bytes) }

  /// The bytes held; valid until more are added, and while this object lives.
  @inlinable public var bytes: ByteView { buffer.view }
}
