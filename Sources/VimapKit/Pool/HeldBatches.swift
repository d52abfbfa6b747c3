import VimapBytes

/// The batches that a pool has taken from its input and has not let go of, by number, and the bytes
/// of each that count as in flight.
struct HeldBatches {
  /// Those that are not answered whole.
  private var open: [UInt64: InputBatch] = [:]
  /// Those that are, and keep their bytes.
  private var spent: [UInt64: InputBatch] = [:]
  private var bytesInFlight: [UInt64: Int] = [:]
  private var taken: UInt64 = 0

  /// A batch that is not answered whole.
  subscript(_ id: UInt64) -> InputBatch? { open[id] }

  /// A batch that has its bytes.
  func find(_ id: UInt64) -> InputBatch? { open[id] ?? spent[id] }

  /// Goes through those that are not answered whole.
  func forEach(_ body: (InputBatch) -> Void) { for batch in open.values { body(batch) } }

  /// Gives a batch its number.
  /// - Parameter batch: without one, it is of records that need no worker.
  mutating func add(_ batch: InputBatch?, bytes: Int) -> UInt64 {
    defer { taken += 1 }
    open[taken] = batch
    bytesInFlight[taken] = bytes
    return taken
  }

  /// A batch is answered whole.
  mutating func complete(_ id: UInt64) -> InputBatch? { open.removeValue(forKey: id) }

  /// A batch that is answered whole keeps its bytes.
  mutating func keep(_ id: UInt64, _ batch: InputBatch) { spent[id] = batch }

  /// A batch that kept its bytes is to let go of them.
  mutating func takeSpent(_ id: UInt64) -> InputBatch? { spent.removeValue(forKey: id) }

  /// So many bytes more of a batch are in flight, or less; `false` where none counts any more.
  mutating func count(_ id: UInt64, _ bytes: Int) -> Bool {
    guard let before = bytesInFlight[id] else { return false }
    bytesInFlight[id] = before + bytes
    return true
  }

  /// Nothing of a batch is in flight any more.
  /// - Returns: how many bytes were.
  mutating func leaveFlight(_ id: UInt64) -> Int? { bytesInFlight.removeValue(forKey: id) }

  mutating func removeAll() { self = HeldBatches() }
}
