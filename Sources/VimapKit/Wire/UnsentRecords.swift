import VimapSystem

/// Records that a worker has begun and whose requests it has not sent, so that they cannot have had
/// an effect. Each is identified by the number of records that the worker had begun before it.
///
/// The worker keeps a word for each request that it may have at a time, so that this can be read
/// even after it was killed. If it has more requests than there are words, those without a word
/// count as sent.
struct UnsentRecords: Equatable {
  private(set) var numbers = RangeSet<UInt64>()

  init(_ numbers: RangeSet<UInt64> = RangeSet()) {
    self.numbers = numbers
  }

  static let none = UnsentRecords()

  /// Reads what a worker has noted.
  init(in memory: SharedMemory) {
    for place in 0..<Self.usedPlaces(in: memory) {
      let word = memory.loadWord(at: ResultSlabLayout.unsentWord(place))
      if let range = Self.range(word) { numbers.insert(contentsOf: range) }
    }
  }

  var isEmpty: Bool { numbers.isEmpty }

  /// Clears the notes of a worker, without touching memory that nobody has written to.
  static func clear(in memory: SharedMemory) {
    for place in 0..<usedPlaces(in: memory) {
      memory.storeWord(0, at: ResultSlabLayout.unsentWord(place))
    }
    memory.storeWord(0, at: ResultSlabLayout.unsentPlacesWord)
  }

  /// Reads the count, which may be any number, as the worker has written it.
  private static func usedPlaces(in memory: SharedMemory) -> Int {
    let count = memory.loadWord(at: ResultSlabLayout.unsentPlacesWord)
    return min(Int(clamping: count), ResultSlabLayout.unsentCapacity)
  }

  /// Notes the unsent records of a request; an empty range if it has none.
  static func note(_ numbers: Range<UInt64>, at place: Int, in memory: SharedMemory) {
    guard place < ResultSlabLayout.unsentCapacity else { return }
    memory.storeWord(word(numbers), at: ResultSlabLayout.unsentWord(place))
    if memory.loadWord(at: ResultSlabLayout.unsentPlacesWord) <= place {
      memory.storeWord(UInt64(place) + 1, at: ResultSlabLayout.unsentPlacesWord)
    }
  }

  // MARK: Words

  private static let countBits = 20

  /// Packs a range into a word. 0 if it is empty, or too large for a word.
  private static func word(_ numbers: Range<UInt64>) -> UInt64 {
    let count = UInt64(numbers.count)
    guard count < 1 << countBits, numbers.upperBound < 1 << (64 - countBits) else { return 0 }
    return count == 0 ? 0 : numbers.lowerBound << countBits | count
  }

  private static func range(_ word: UInt64) -> Range<UInt64>? {
    let count = word & (1 << countBits - 1)
    let first = word >> countBits
    return count == 0 ? nil : first..<(first + count)
  }
}

extension Assignment {
  /// Splits the records into those that may have been sent and those that were not.
  func parted(by unsent: UnsentRecords) -> (sent: [Assignment], unsent: [Assignment]) {
    if unsent.isEmpty { return ([self], []) }
    let own = RangeSet(start..<(start + UInt64(records.count)))
    func parts(_ numbers: RangeSet<UInt64>) -> [Assignment] {
      numbers.ranges.map { numbers in
        let first = records.lowerBound + Int(numbers.lowerBound - start)
        return part(first..<(first + numbers.count))
      }
    }
    return (
      parts(own.subtracting(unsent.numbers)), parts(own.intersection(unsent.numbers))
    )
  }
}
