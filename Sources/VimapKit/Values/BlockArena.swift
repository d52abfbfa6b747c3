import VimapBytes

/// Bytes in memory that whoever wants can keep: a part of a block.
struct StayingBytes {
  var block: SharedBytes
  var offset: Int
}

/// Puts the bytes of results one behind the other into blocks of memory, of which lines can then be
/// parts.
///
/// Where lines are let go of as they come, one block serves over and over, while it is in the
/// processor's cache. What is kept of a block keeps all of it.
struct BlockArena {
  private var block: SharedBytes?
  private var size = 0
  private var filled = 0

  private static let smallest = 64 << 10
  private static let largest = 256 << 10

  mutating func place(_ bytes: ByteView) -> StayingBytes {
    if isKnownUniquelyReferenced(&block) { filled = 0 }
    if let block, filled + bytes.count <= size { return add(bytes, to: block) }
    size = max(min(2 * size, Self.largest), Self.smallest, bytes.count)
    filled = 0
    let next = SharedBytes(room: size)
    block = next
    return add(bytes, to: next)
  }

  private mutating func add(_ bytes: ByteView, to block: SharedBytes) -> StayingBytes {
    block.put(bytes, at: filled)
    defer { filled += bytes.count }
    return StayingBytes(block: block, offset: filled)
  }
}
