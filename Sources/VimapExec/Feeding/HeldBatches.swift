import DequeModule
import VimapKit
import VimapRecords

/// The batches that a worker holds, in order. A position counts records since the worker began; it
/// stands for one record of one batch.
struct HeldBatches {
  /// A batch, and the positions of its records.
  struct Entry {
    let batch: RecordBatch
    let start: Int
    let end: Int
    /// What is added to a position to get the record's number in the batch.
    let offset: Int
  }

  private var entries: Deque<Entry> = []
  /// Behind the last record.
  private(set) var end = 0

  var first: Entry? { entries.first }

  mutating func add(_ batch: RecordBatch) {
    guard !batch.records.isEmpty else { return }
    let start = end
    end += batch.records.count
    entries.append(
      Entry(batch: batch, start: start, end: end, offset: batch.records.lowerBound - start))
  }

  mutating func removeFirst() { entries.removeFirst() }

  /// Forgets that there are records from a position on. Their batches stay.
  mutating func cut(at position: Int) {
    assert(position <= end)
    end = position
  }

  /// The batch that has the record at a position. It is searched for by halves, since there can be
  /// many batches behind a record that is answered late.
  func entry(of position: Int) -> Entry? {
    var range = entries.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if position < entries[middle].end {
        range = range.lowerBound..<middle
      } else {
        range = (middle + 1)..<range.upperBound
      }
    }
    guard range.lowerBound < entries.count, position >= entries[range.lowerBound].start else {
      return nil
    }
    return entries[range.lowerBound]
  }
}
