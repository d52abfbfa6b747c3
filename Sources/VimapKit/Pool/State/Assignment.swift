import VimapBytes
import VimapSystem

/// Records that were given to one worker: a batch, or a part of one.
struct Assignment: Equatable {
  var batch: UInt64
  var records: Range<Int>
  /// How many records the worker had been sent before these, since it was forked.
  var start: UInt64 = 0
  /// When the records were sent to the worker.
  var sentAt: Nanoseconds = 0
  /// Which try of these records this is, from 1.
  var attempt = 1
  /// The shard of the records, if there are shards.
  var shard: Int?
  /// How many of the earlier tries failed by the record's own fault.
  var failures = 0
  /// What the record costs, if there is a budget.
  var cost = 0.0
  /// The assignment is a single record that failed before and has waited for this try.
  var isRetry = false
  /// In an earlier try, the worker may have sent it on.
  var mayBeSent = false
  /// Those of the records that the worker has given back.
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

  /// Some of the records, without those that the worker has given back.
  private func cut(_ records: Range<Int>) -> Assignment {
    var part = part(records)
    part.gone = gone
    return part
  }

  /// Cuts the assignment into what the worker had begun and what it had not. `begun` counts all
  /// records that the worker has begun since it was forked.
  func cut(after begun: UInt64) -> (begun: Assignment, rest: Assignment) {
    let count = min(max(begun, start) - start, UInt64(records.count))
    let middle = records.lowerBound + Int(count)
    return (cut(records.lowerBound..<middle), cut(middle..<records.upperBound))
  }

  /// The first `count` of the records, and the rest if there are more.
  func split(at count: Int) -> (first: Assignment, rest: Assignment?) {
    guard count > 0, count < records.count else { return (self, nil) }
    let middle = records.lowerBound + count
    return (part(records.lowerBound..<middle), part(middle..<records.upperBound))
  }
}
