import VimapBytes
import VimapSystem

/// Outputs that may stand beside the wrong inputs: how many, and the first and the last of their
/// records, by number over all inputs.
package struct SuspectRows: Sendable, Equatable {
  /// How many records.
  package var count: Int
  /// The first of them in the input.
  package var first: Int
  /// The last.
  package var last: Int
}

/// Keeps in mind which outputs belong to their records only if the worker's command has kept order,
/// until the worker says that it is certain. Where their lines may be wanted, it keeps those too.
final class Doubts {
  /// Outputs of one batch, one behind the other.
  struct Part {
    var batch: UInt64
    /// The number of the batch's first record over all inputs.
    var index: Int
    var records: Range<Int>
    /// The line, where it lies in no batch.
    var line: SharedBytes?

    fileprivate func isContinued(by next: Part) -> Bool {
      batch == next.batch && records.upperBound == next.records.lowerBound && line == nil
        && next.line == nil
    }
  }

  /// By slot.
  private var parts: [[Part]]
  /// How many parts of a batch are in doubt.
  private var counts: [UInt64: Int] = [:]
  /// The bytes of batches that are answered whole.
  private var kept: [UInt64: SharedBytes] = [:]
  /// Memory that is taken again, as new pages cost more than what is copied to them.
  private var spares: [SharedBytes] = []
  /// Handed lines, and which of them are those of records that are in doubt for good; `nil` where
  /// nobody wants them.
  private let onLines: ((ByteView, Range<Int>) -> Void)?

  private static let mostSpares = 128

  init(slots: Int, onLines: ((ByteView, Range<Int>) -> Void)?) {
    parts = Array(repeating: [], count: slots)
    self.onLines = onLines
  }

  /// A worker has given outputs.
  func note(_ records: Range<Int>, of id: UInt64, _ batch: InputBatch, by slot: Int) {
    let part = Part(
      batch: id, index: batch.place.index, records: records,
      line: batch.parked[records.lowerBound]?.line)
    if let end = parts[slot].indices.last, parts[slot][end].isContinued(by: part) {
      parts[slot][end].records = parts[slot][end].records.lowerBound..<records.upperBound
    } else {
      parts[slot].append(part)
      if onLines != nil { counts[id, default: 0] += 1 }
    }
  }

  /// The bytes of a batch are about to be given up.
  func keep(_ id: UInt64, _ batch: InputBatch, in slabs: InputSlabs) {
    guard counts[id] != nil else { return }
    let copy = spares.popLast() ?? SharedBytes()
    try? batch.withBytes(0..<batch.length, in: slabs) { copy.append($0) }
    kept[id] = copy
  }

  /// A worker's outputs are in doubt no more.
  func settle(_ slot: Int) {
    if onLines != nil {
      for part in parts[slot] {
        let left = (counts[part.batch] ?? 1) - 1
        counts[part.batch] = left > 0 ? left : nil
        guard left <= 0, let bytes = kept.removeValue(forKey: part.batch) else { continue }
        bytes.removeAll()
        if spares.count < Self.mostSpares { spares.append(bytes) }
      }
    }
    parts[slot].removeAll(keepingCapacity: true)
  }

  /// A worker's outputs that are in doubt for good, the last ones first.
  /// - Parameter most: how many of them, the last ones.
  func suspects(_ slot: Int, last most: Int) -> [Part] {
    var left = most
    var suspects: [Part] = []
    for var part in parts[slot].reversed() where left > 0 {
      let count = min(left, part.records.count)
      part.records = (part.records.upperBound - count)..<part.records.upperBound
      suspects.append(part)
      left -= count
    }
    return suspects
  }

  /// Hands on the lines of outputs that are in doubt for good, and forgets what was in doubt.
  /// - Parameter batch: the batch with a number, as long as it has its bytes.
  func confirm(
    _ suspects: [Part], by slot: Int, in slabs: InputSlabs, batch: (UInt64) -> InputBatch?
  ) -> SuspectRows? {
    for part in suspects.reversed() { pass(part, slabs, batch(part.batch)) }
    settle(slot)
    guard let first = suspects.map({ $0.index + $0.records.lowerBound }).min(),
      let last = suspects.map({ $0.index + $0.records.upperBound - 1 }).max()
    else { return nil }
    return SuspectRows(
      count: suspects.reduce(0) { $0 + $1.records.count }, first: first, last: last)
  }

  private func pass(_ part: Part, _ slabs: InputSlabs, _ batch: InputBatch?) {
    guard let onLines else { return }
    if let line = part.line {
      onLines(line.bytes, 0..<1)
    } else if let bytes = kept[part.batch]?.bytes {
      onLines(bytes, part.records)
    } else if let batch {
      try? batch.withBytes(0..<batch.length, in: slabs) { onLines($0, part.records) }
    }
  }
}
