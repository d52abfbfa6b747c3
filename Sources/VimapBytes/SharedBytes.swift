/// Bytes on the heap with any number of owners, where ``ByteBuffer`` has one.
public final class SharedBytes {
  private var buffer: ByteBuffer

  public init() {
    buffer = ByteBuffer(capacity: 256)
  }

  public init(copying bytes: ByteView) {
    buffer = ByteBuffer(capacity: bytes.count)
    buffer.append(bytes)
  }

  public func append(_ bytes: ByteView) { buffer.append(bytes) }

  /// The bytes held; valid until more are added, and while this object lives.
  public var bytes: ByteView { buffer.view }
}
