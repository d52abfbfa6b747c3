extension ByteView {
  /// What ``countLines(endedBy:)`` saw.
  public struct LineCount {
    /// Line ends.
    public var lines = 0
    /// Whether a line, or what is behind the last end, may begin with white space or be empty: its
    /// first byte is 0x20 or less.
    public var hasBlankStart = false
  }

  /// Counts the ends of lines, thirty-two bytes at a time. The view begins where a line does, and
  /// has at most 4,096 bytes.
  public func countLines(endedBy separator: UInt8) -> LineCount {
    typealias Block = SIMD32<UInt8>
    assert(count <= 4096)
    var seen = LineCount()
    guard !isEmpty else { return seen }
    // One count for each place in a block, of which there are so few that none passes 255.
    var ends = Block()
    var isBlank = SIMDMask<SIMD32<Int8>>(repeating: false)
    var place = 0
    while place + Block.scalarCount < count {
      let bytes = (start + place).loadUnaligned(as: Block.self)
      let following = (start + place + 1).loadUnaligned(as: Block.self)
      let isEnd = bytes .== Block(repeating: separator)
      ends &+= Block(repeating: 0).replacing(with: 1, where: isEnd)
      isBlank .|= isEnd .& (following .<= Block(repeating: 0x20))
      place += Block.scalarCount
    }
    seen.lines = Int(SIMD32<UInt16>(truncatingIfNeeded: ends).wrappedSum())
    seen.hasBlankStart = self[0] <= 0x20 || any(isBlank)
    while place < count {
      if self[place] == separator {
        seen.lines += 1
        if place + 1 < count, self[place + 1] <= 0x20 { seen.hasBlankStart = true }
      }
      place += 1
    }
    return seen
  }
}
