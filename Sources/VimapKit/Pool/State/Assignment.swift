import VimapBytes
import VimapSystem

/// Records that were given to one worker: a batch, or a part of one.
struct Assignment: Equatable {
  var batch: UInt64
  var records: Range<Int>
  /// How many records the worker had been sent before these, since it was forked.
  var start: UInt64 = 0
  /// When the worker was given them.
  var sentAt: Nanoseconds = 0
  /// Which try of these records this is, from 1.
  var attempt = 1
  /// The shard it belongs to, where there are shards.
  var shard: Int?
  /// How many of the tries before failed by the record's own fault.
  var failures = 0
  /// What it costs, where there is a budget.
  var cost = 0.0
  /// It is a single record that failed before, and has waited for this try.
  var isRetry = false
  /// In a try before, its worker may have passed it on.
  var mayBeSent = false
  /// Records among these that the worker has given back.
  var gone = RangeSet<Int>()

  /// Some of the records, for another try.
  func part(_ records: Range<Int>, attempt: Int) -> Assignment {
    var part = part(records)
    part.attempt = attempt
    return part
  }

  /// Some of the records.
  func part(_ records: Range<Int>) -> Assignment {
    var part = self
    part.records = records
    part.gone = RangeSet()
    part.start = start + UInt64(records.lowerBound - self.records.lowerBound)
    return part
  }

  /// Some of the records, as the worker has them.
  private func cut(_ records: Range<Int>) -> Assignment {
    var part = part(records)
    part.gone = gone
    return part
  }

  /// What the worker had begun by `begun` records, and what it had not.
  func cut(after begun: UInt64) -> (begun: Assignment, rest: Assignment) {
    let count = min(max(begun, start) - start, UInt64(records.count))
    let middle = records.lowerBound + Int(count)
    return (cut(records.lowerBound..<middle), cut(middle..<records.upperBound))
  }

  /// The first `count` of the records, and what is left where there are more.
  func split(at count: Int) -> (first: Assignment, rest: Assignment?) {
    guard count > 0, count < records.count else { return (self, nil) }
    let middle = records.lowerBound + count
    return (part(records.lowerBound..<middle), part(middle..<records.upperBound))
  }
}
