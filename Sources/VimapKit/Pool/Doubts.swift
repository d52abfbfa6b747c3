import VimapBytes
import VimapSystem

/// Outputs that may stand beside the wrong inputs: how many there are, and which records are the
/// first and the last of them. Records are numbered over all inputs.
package struct SuspectRows: Sendable, Equatable {
  /// The number of records.
  package var count: Int
  /// The first of these records in the input.
  package var first: Int
  /// The last of these records in the input.
  package var last: Int
}

/// Records which outputs are in doubt. When a worker pairs answers by order, an output is in doubt
/// until the worker says that its command has kept the order. If somebody wants the lines of such
/// records, their bytes are kept as well.
final class Doubts {
  /// A run of consecutive outputs of one batch.
  struct Part {
    var batch: UInt64
    /// The number of the batch's first record over all inputs.
    var index: Int
    var records: Range<Int>
    /// The line of the record, if the record was parked and has a copy of its own.
    var line: SharedBytes?

    fileprivate func isContinued(by next: Part) -> Bool {
      batch == next.batch && records.upperBound == next.records.lowerBound && line == nil
        && next.line == nil
    }
  }

  /// The outputs in doubt, by worker slot.
  private var parts: [[Part]]
  /// For each batch, the number of its parts that are in doubt.
  private var counts: [UInt64: Int] = [:]
  /// Copies of the bytes of batches that are answered whole.
  private var kept: [UInt64: SharedBytes] = [:]
  /// Buffers for reuse: touching new pages would cost more than copying into old ones.
  private var spares: [SharedBytes] = []
  /// Is given lines, and the range of them that belongs to suspects. `nil` if nobody wants the
  /// lines.
  private let onLines: ((ByteView, Range<Int>) -> Void)?

  private static let mostSpares = 128

  init(slots: Int, onLines: ((ByteView, Range<Int>) -> Void)?) {
    parts = Array(repeating: [], count: slots)
    self.onLines = onLines
  }

  /// Notes that a worker has given outputs.
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

  /// Copies the bytes of a batch, if they may still be wanted. Called before the bytes are
  /// released.
  func keep(_ id: UInt64, _ batch: InputBatch, in slabs: InputSlabs) {
    guard counts[id] != nil else { return }
    let copy = spares.popLast() ?? SharedBytes()
    try? batch.withBytes(0..<batch.length, in: slabs) { copy.append($0) }
    kept[id] = copy
  }

  /// Clears a worker of doubt: its outputs so far are certain.
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

  /// The outputs of a worker that can no longer become certain, the last ones first.
  /// - Parameter most: the number of outputs that are suspect, counted back from the last one.
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

  /// Hands on the lines of the suspects, and clears the worker's list.
  /// - Parameter batch: finds a batch by its number, as long as the batch has its bytes.
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
