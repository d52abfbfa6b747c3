import VimapBytes
import VimapSystem

/// Outputs that may stand beside the wrong inputs: how many, and the first and the last of their
/// records, by number over all inputs.
public struct SuspectRows: Sendable, Equatable {
  /// How many records.
  public var count: Int
  /// The first of them in the input.
  public var first: Int
  /// The last.
  public var last: Int
}

/// Keeps in mind which outputs belong to their records only if the worker's command has kept order,
/// until the worker says that it is certain. Where their lines may be wanted, it keeps those too.
final class Doubts {
  private struct Part {
    var batch: UInt64
    var records: Range<Int>
    /// The line, where it lies in no batch.
    var line: SharedBytes?
  }

  private struct Kept {
    var bytes: SharedBytes
    var parts: Int
  }

  private var rows: [SuspectRows?]
  private var parts: [[Part]]
  /// Parts in doubt, by batch.
  private var counts: [UInt64: Int] = [:]
  /// The bytes of batches that are answered whole.
  private var kept: [UInt64: Kept] = [:]
  private let mode: InputMode
  /// Handed the lines of records in doubt once they are found to be so; `nil` where nobody wants
  /// them.
  private let onLine: ((ByteView) -> Void)?

  init(seats: Int, mode: InputMode, onLine: ((ByteView) -> Void)?) {
    rows = Array(repeating: nil, count: seats)
    parts = Array(repeating: [], count: seats)
    self.mode = mode
    self.onLine = onLine
  }

  /// A worker has given outputs.
  func note(_ records: Range<Int>, of id: UInt64, _ batch: InputBatch, by seat: Int) {
    let (first, last) = (batch.place.index + records.lowerBound, batch.place.index + records.upperBound - 1)
    var row = rows[seat] ?? SuspectRows(count: 0, first: first, last: last)
    row.count += records.count
    row.first = min(row.first, first)
    row.last = max(row.last, last)
    rows[seat] = row
    guard onLine != nil else { return }
    if let end = parts[seat].indices.last, parts[seat][end].batch == id, parts[seat][end].line == nil,
      parts[seat][end].records.upperBound == records.lowerBound,
      batch.held[records.lowerBound] == nil
    {
      parts[seat][end].records = parts[seat][end].records.lowerBound..<records.upperBound
      return
    }
    counts[id, default: 0] += 1
    parts[seat].append(
      Part(batch: id, records: records, line: batch.held[records.lowerBound]?.line))
  }

  /// The bytes of a batch are about to be given up.
  func keep(_ id: UInt64, _ batch: InputBatch, in slabs: InputSlabs) {
    guard let count = counts[id] else { return }
    let bytes = try? batch.withBytes(0..<batch.length, in: slabs) { SharedBytes(copying: $0) }
    if let bytes { kept[id] = Kept(bytes: bytes, parts: count) }
  }

  /// A worker's outputs are in doubt no more.
  func settle(_ seat: Int) {
    rows[seat] = nil
    for part in parts[seat] { letGo(part) }
    parts[seat].removeAll()
  }

  private func letGo(_ part: Part) {
    let left = (counts[part.batch] ?? 1) - 1
    counts[part.batch] = left > 0 ? left : nil
    if left <= 0 { kept[part.batch] = nil }
  }

  /// A worker's outputs are in doubt for good.
  /// - Parameter batch: the batch with a number, as long as it has its bytes.
  func confirm(
    _ seat: Int, in slabs: InputSlabs, batch: (UInt64) -> InputBatch?
  ) -> SuspectRows? {
    defer { settle(seat) }
    if let onLine {
      for part in parts[seat] {
        if let line = part.line {
          onLine(line.bytes.head(line.bytes.count - 1))
        } else if let bytes = kept[part.batch]?.bytes.bytes {
          pass(part.records, of: bytes, to: onLine)
        } else if let batch = batch(part.batch) {
          try? batch.withBytes(0..<batch.length, in: slabs) {
            pass(part.records, of: $0, to: onLine)
          }
        }
      }
    }
    return rows[seat]
  }

  private func pass(_ records: Range<Int>, of bytes: ByteView, to onLine: (ByteView) -> Void) {
    // A record that is longer than a slab is a batch of its own.
    guard bytes.count <= mode.longestRecord else { return onLine(bytes.head(bytes.count - 1)) }
    var rest = bytes
    for record in 0..<records.upperBound {
      let cut = mode.cut(rest, records: 1)
      guard cut.records > 0 else { return }
      if records.contains(record) { onLine(mode.lastLine(of: rest.head(cut.length))) }
      rest = rest.slice(cut.length)
    }
  }
}
