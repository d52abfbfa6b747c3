import CVimapSystem
public import Glibc
public import VimapBytes

/// Memory that processes share: it is mapped before a fork and seen by both sides, or has the
/// contents of a file. It is unmapped when its last user is released.
///
/// Pages cost nothing until they are first touched.
public final class SharedMemory {
  public let count: Int
  let base: UnsafeMutableRawPointer
  /// The memory that this is a part of, if it is one.
  private let whole: SharedMemory?

  /// Fresh zeroed memory, shared with every process that is forked later.
  public convenience init(count: Int) throws(SystemError) {
    try self.init(
      count: count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
      descriptor: -1)
  }

  /// The first `count` bytes of a file, for reading only.
  public convenience init(file descriptor: CInt, count: Int) throws(SystemError) {
    try self.init(count: count, PROT_READ, MAP_SHARED, descriptor: descriptor)
  }

  private init(
    count: Int, _ protection: CInt, _ flags: CInt, descriptor: CInt
  ) throws(SystemError) {
    let length = max(count, 1)
    let address = try systemCall("mmap") {
      Int(bitPattern: mmap(nil, length, protection, flags, descriptor, 0))
    }
    guard let base = UnsafeMutableRawPointer(bitPattern: address) else {
      throw SystemError(call: "mmap", code: .noMemory)
    }
    self.base = base
    self.count = length
    self.whole = nil
  }

  /// A part of other memory. It keeps the other memory alive.
  public init(part offset: Int, _ count: Int, of whole: SharedMemory) {
    precondition(offset >= 0 && count >= 0 && offset + count <= whole.count)
    self.base = whole.base + offset
    self.count = count
    self.whole = whole
  }

  deinit { if whole == nil { munmap(base, count) } }

  /// The size of the whole pages that so many bytes need. Pages have 4 KiB, or 16 or 64 KiB on some
  /// processors.
  public static func wholePages(for count: Int) -> Int {
    let page = SystemProcess.pageSize
    return (count + page - 1) / page * page
  }

  /// What the calling process may do with the memory from now on. Other processes are not affected.
  public enum Access: Sendable {
    case read
    /// Any access kills the process (SIGSEGV).
    case none
  }

  /// Limits what the calling process may do. The memory must begin and end at a page boundary.
  public func limit(to access: Access) throws(SystemError) {
    let protection = access == .read ? PROT_READ : PROT_NONE
    try systemCall("mprotect") { mprotect(base, count, protection) }
  }

  /// The bytes from `offset` on, lent: valid as long as this object lives.
  public func view(_ offset: Int, _ length: Int) -> ByteView {
    precondition(offset >= 0 && length >= 0 && offset + length <= count)
    return ByteView(start: base + offset, count: length)
  }

  public func store(_ byte: UInt8, at offset: Int) {
    precondition(offset >= 0 && offset < count)
    base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Copies `bytes` to `offset`; the two may overlap.
  public func copy(_ bytes: ByteView, to offset: Int) {
    precondition(offset >= 0 && offset + bytes.count <= count)
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { memmove(base + offset, source, $0.count) }
    }
  }

  /// A cursor for writing `room` bytes from `offset` on.
  public func cursor(at offset: Int, room: Int) -> MemoryCursor {
    precondition(offset >= 0 && room >= 0 && offset + room <= count)
    return MemoryCursor(start: base + offset, room: room)
  }

  /// Reads once from a descriptor to `offset`, at most `limit` bytes; as `Descriptor.read`.
  public func read(
    from descriptor: CInt, to offset: Int, limit: Int
  ) throws(SystemError) -> Int? {
    precondition(offset >= 0 && limit >= 0 && offset + limit <= count)
    return try Descriptor.read(
      descriptor, into: UnsafeMutableRawBufferPointer(start: base + offset, count: limit))
  }

  /// The 64-bit word at `offset`, as another process last stored it.
  public func loadWord(at offset: Int) -> UInt64 {
    precondition(offset & 7 == 0 && offset + 8 <= count)
    return vimap_load((base + offset).assumingMemoryBound(to: UInt64.self))
  }

  /// Stores a 64-bit word. Whoever loads it also sees everything that was written before it.
  public func storeWord(_ value: UInt64, at offset: Int) {
    precondition(offset & 7 == 0 && offset + 8 <= count)
    vimap_store((base + offset).assumingMemoryBound(to: UInt64.self), value)
  }

  /// The 64-bit word at `offset`, lent: valid as long as this object lives.
  public func word(at offset: Int) -> SharedWord {
    precondition(offset & 7 == 0 && offset + 8 <= count)
    return SharedWord(word: (base + offset).assumingMemoryBound(to: UInt64.self))
  }

  /// The word to which the start of a command writes its process group (see ``SpawnRequest``).
  public func groupSlot(at offset: Int) -> GroupSlot {
    precondition(offset & 7 == 0 && offset + 8 <= count)
    return GroupSlot(word: (base + offset).assumingMemoryBound(to: Int32.self))
  }
}

/// Writes one thing after the other to some memory. It is valid as long as the memory is.
public struct MemoryCursor {
  @usableFromInline let start: UnsafeMutableRawPointer
  @usableFromInline let room: Int
  @usableFromInline var written = 0

  /// The bytes written.
  @inlinable public var count: Int { written }
  /// The bytes that can still be written.
  @inlinable public var left: Int { room - written }

  init(start: UnsafeMutableRawPointer, room: Int) {
    self.start = start
    self.room = room
  }

  @inlinable
  public mutating func put(_ bytes: ByteView) {
    precondition(bytes.count <= room - written)
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { memcpy(start + written, source, $0.count) }
    }
    written += bytes.count
  }

  /// Writes the bytes of a number, in the machine's byte order.
  @inlinable
  public mutating func put<Number: FixedWidthInteger & BitwiseCopyable>(native number: Number) {
    precondition(MemoryLayout<Number>.size <= room - written)
    start.storeBytes(of: number, toByteOffset: written, as: Number.self)
    written += MemoryLayout<Number>.size
  }
}

/// A 64-bit word of ``SharedMemory`` that is stored often.
public struct SharedWord {
  let word: UnsafeMutablePointer<UInt64>

  /// As ``SharedMemory/storeWord(_:at:)``.
  public func store(_ value: UInt64) { vimap_store(word, value) }
}

/// A word in shared memory with a command's process group; 0 if there is none.
public struct GroupSlot {
  let word: UnsafeMutablePointer<Int32>

  public var group: ProcessID { word.pointee }
  public func clear() { word.pointee = 0 }
}

/// An anonymous file in memory, for what is larger than a slab. It can be passed to another
/// process, and is closed when its last user is released.
public final class MemoryFile {
  public let descriptor: OwnedDescriptor

  /// - Parameter spare: descriptors that must stay free for other purposes.
  public init(leaving spare: Int = 0) throws(SystemError) {
    let number = try systemCall("memfd_create") { vimap_memory_file() }
    descriptor = OwnedDescriptor(taking: number)
    if spare > 0, !Descriptor.leaves(spare, behind: number) {
      throw SystemError(call: "memfd_create", code: .tooManyOpenFiles)
    }
  }

  /// Appends bytes to the file.
  public func append(_ bytes: ByteView) throws(SystemError) {
    try Descriptor.writeAll(descriptor.number, bytes)
  }
}
