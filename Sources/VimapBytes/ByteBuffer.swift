import Glibc

/// A growing run of bytes on the heap, with one owner.
///
/// Bytes are added at the end and, where the buffer serves as a queue, taken from the front. Its
/// memory is kept when it is emptied, so a buffer that has found its size allocates no more.
public struct ByteBuffer: ~Copyable {
  @usableFromInline var memory: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  @usableFromInline var first = 0
  @usableFromInline var end = 0

  public init(capacity: Int = 4096) {
    self.capacity = max(capacity, 64)
    self.memory = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { memory.deallocate() }

  @inlinable public var count: Int { end - first }
  public var isEmpty: Bool { end == first }

  /// The bytes held; valid until the buffer is next changed.
  @inlinable public var view: ByteView { ByteView(start: memory + first, count: end - first) }

  @inlinable
  public mutating func removeAll() {
    first = 0
    end = 0
  }

  /// Takes `length` bytes from the front.
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count)
    first += length
    if first == end { removeAll() }
  }

  /// Cuts the buffer back to its first `length` bytes.
  public mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count)
    end = first + length
  }

  @inlinable
  public mutating func append(_ bytes: ByteView) {
    reserve(bytes.count)
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { memcpy(memory + end, source, $0.count) }
    }
    end += bytes.count
  }

  public mutating func append(_ literal: StaticString) {
    append(ByteView(literal))
  }

  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    memory.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
    end += 1
  }

  public mutating func append(text: String) {
    var text = text
    text.withUTF8 { append(ByteView(UnsafeRawBufferPointer($0))) }
  }

  /// A whole number in decimal.
  public mutating func append(decimal number: Int) {
    append(text: String(number))
  }

  /// Appends the bytes of a number, in the machine's byte order.
  @inlinable
  public mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(native number: Number) {
    reserve(MemoryLayout<Number>.size)
    memory.storeBytes(of: number, toByteOffset: end, as: Number.self)
    end += MemoryLayout<Number>.size
  }

  /// Lets `body` write at the end, into at least `room` bytes; it returns how many it wrote.
  @discardableResult
  public mutating func appendUnsafe<Failure: Error>(
    room: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    reserve(room)
    let written = try body(
      UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end))
    precondition(written >= 0 && end + written <= capacity)
    end += written
    return written
  }

  /// Puts a number in the place of the bytes at `offset`, in the machine's byte order.
  @inlinable
  public mutating func overwrite<Number: FixedWidthInteger & BitwiseCopyable>(
    _ number: Number, at offset: Int
  ) {
    precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count)
    memory.storeBytes(of: number, toByteOffset: first + offset, as: Number.self)
  }

  /// Puts bytes in the place of those at `offset`.
  mutating func overwrite(_ bytes: ByteView, at offset: Int) {
    precondition(offset >= 0 && offset + bytes.count <= count)
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { memcpy(memory + first + offset, source, $0.count) }
    }
  }

  /// Makes room for `extra` more bytes: by moving what is held to the front where that gives
  /// enough, else by growing to at least twice the size.
  @inlinable
  public mutating func reserve(_ extra: Int) {
    if end + extra > capacity { makeRoom(extra) }
  }

  @usableFromInline
  mutating func makeRoom(_ extra: Int) {
    let held = end - first
    if first > 0, held + extra <= capacity, held <= capacity / 2 {
      memmove(memory, memory + first, held)
    } else {
      let larger = max(capacity * 2, held + extra)
      let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      memcpy(moved, memory + first, held)
      memory.deallocate()
      memory = moved
      capacity = larger
    }
    first = 0
    end = held
  }
}
