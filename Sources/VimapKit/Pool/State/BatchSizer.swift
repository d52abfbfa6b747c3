import VimapBytes
import VimapSystem

/// How many records to hand out at once. It starts with one record, and stays there if records are
/// slow. If they are fast, a batch has as many as a worker does in a few milliseconds.
struct BatchSizer {
  /// A size that the user chose and that does not change.
  let fixed: Int?
  private var size = 1
  private var observed = (records: 0, time: Nanoseconds(0))

  /// The time that a batch should take: long enough to hide the cost of handing it over, short
  /// enough for workers to finish together.
  private static let target: Double = 4_000_000  // nanoseconds
  /// A batch is cut from a single slab, so it never needs more records.
  private static let largest = 1 << 18

  init(fixed: Int?) {
    self.fixed = fixed
  }

  var records: Int { fixed ?? size }

  /// Learns from `records` answers that took a worker `time`.
  ///
  /// The answers to a batch's worth of records are looked at together. The first answers tell
  /// little, so the size grows in steps; it shrinks at once.
  mutating func learn(records: Int, time: Nanoseconds) {
    observed.records += records
    observed.time += time
    guard observed.records >= size || Double(observed.time) > 4 * Self.target else { return }
    let each = max(1, Double(observed.time) / Double(max(1, observed.records)))
    let wanted = Int(saturating: min(Double(Self.largest), max(1, Self.target / each)))
    size = min(wanted, size * 4)
    observed = (0, 0)
  }
}
