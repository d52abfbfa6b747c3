/// Which records of a batch have been answered.
///
/// Answers mostly come in order, and then a single number is enough. `RangeSet` holds the answers
/// that came before their turn.
struct AckTracker {
  let count: Int
  private var prefix = 0
  private var beyond = RangeSet<Int>()

  init(count: Int) {
    self.count = count
  }

  var isComplete: Bool { prefix == count }

  /// Marks records as answered. Returns `false`, and marks nothing, if one of the records was
  /// answered before or does not belong to the batch.
  mutating func mark(_ records: Range<Int>) -> Bool {
    guard !records.isEmpty, records.lowerBound >= prefix, records.upperBound <= count else {
      return false
    }
    if records.lowerBound == prefix, beyond.isEmpty {
      prefix = records.upperBound
      return true
    }
    guard beyond.intersection(RangeSet(records)).isEmpty else { return false }
    beyond.insert(contentsOf: records)
    if let first = beyond.ranges.first, first.lowerBound == prefix {
      prefix = first.upperBound
      beyond.remove(contentsOf: first)
    }
    return true
  }

  /// The records in `range` that have no answer yet.
  func unanswered(in range: Range<Int>) -> [Range<Int>] {
    var open = RangeSet(range)
    open.remove(contentsOf: min(0, range.lowerBound)..<max(prefix, range.lowerBound))
    open.subtract(beyond)
    return Array(open.ranges)
  }
}
