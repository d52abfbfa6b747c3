import VimapBytes
import VimapSystem

/// How many records to hand out at once: one at first and where records are slow, as many as are
/// done in a few milliseconds where they are fast.
struct BatchSizer {
  /// A size the user chose, which is then kept.
  let fixed: Int?
  private var size = 1
  private var observed = (records: 0, time: Nanoseconds(0))

  /// What a batch should take a worker: long enough that handing it over does not show, short
  /// enough that workers end together.
  private static let target: Double = 4_000_000  // nanoseconds
  /// A batch is cut from one slab, so more is never needed.
  private static let largest = 1 << 18

  init(fixed: Int?) {
    self.fixed = fixed
  }

  var records: Int { fixed ?? size }

  /// Learns from `records` answers that a worker took `time` for.
  ///
  /// A batch's worth of answers is looked at together. The size grows by steps, since the first
  /// answers tell little, and shrinks at once.
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
