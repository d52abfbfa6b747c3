extension ByteView {
  /// What ``countLines(endedBy:)`` saw.
  public struct LineCount {
    /// Line ends.
    public var lines = 0
    /// Whether a line, or what is behind the last end, may begin with white space or be empty: its
    /// first byte is 0x20 or less.
    public var hasBlankStart = false
  }

  /// Counts the ends of lines. The view begins where a line does.
  ///
  /// Nothing in the loops depends on what was seen before, so that the compiler takes many bytes at
  /// once: short lines cost a fraction of what looking for each end does.
  public func countLines(endedBy separator: UInt8) -> LineCount {
    var seen = LineCount()
    guard !isEmpty else { return seen }
    seen.hasBlankStart = self[0] <= 0x20
    var place = 0
    while place < count {
      // No more than a count of eight bits can hold, and a multiple of what the processor takes at
      // once; the last byte has none behind it.
      let end = min(place + 224, count - 1)
      var ends: UInt8 = 0
      var blanks: UInt8 = 0
      while place < end {
        let isEnd: UInt8 = self[place] == separator ? 1 : 0
        let isLow: UInt8 = self[place &+ 1] <= 0x20 ? 1 : 0
        ends &+= isEnd
        blanks |= isEnd & isLow
        place &+= 1
      }
      seen.lines += Int(ends)
      if blanks != 0 { seen.hasBlankStart = true }
      if place == count - 1 {
        if self[place] == separator { seen.lines += 1 }
        place += 1
      }
    }
    return seen
  }

  /// Where `byte` last stands, counted from the view's own start.
  public func lastIndex(of byte: UInt8) -> Int? {
    var index = count
    // Blocks without it are passed by as a whole.
    while index >= 64 {
      var hits: UInt8 = 0
      for place in (index &- 64)..<index { hits |= self[place] == byte ? 1 : 0 }
      if hits != 0 { break }
      index -= 64
    }
    while index > 0 {
      index -= 1
      if self[index] == byte { return index }
    }
    return nil
  }
}
