import VimapSystem

/// Shared memory, in one mapping, with a part for each slot that the slot's worker may write to.
struct SlotMemory {
  private let whole: SharedMemory
  private let count: Int
  private let size: Int

  /// - Parameter size: the bytes of a part, rounded up to whole pages so that no two workers share
  ///   one.
  init(_ count: Int, size: Int) throws(SystemError) {
    self.count = count
    self.size = SharedMemory.wholePages(for: size)
    whole = try SharedMemory(count: count * self.size)
  }

  subscript(slot: Int) -> SharedMemory { part(slot..<(slot + 1)) }

  private func part(_ slots: Range<Int>) -> SharedMemory {
    SharedMemory(part: slots.lowerBound * size, slots.count * size, of: whole)
  }

  /// Unmaps all parts but one in the calling process.
  func limit(to slot: Int) throws(SystemError) {
    for others in [0..<slot, (slot + 1)..<count] where !others.isEmpty {
      try part(others).limit(to: .none)
    }
  }
}
