import VimapBytes

/// The batches that a pool has read from its input and not released yet, by number, and how many
/// bytes of each count as in flight.
struct HeldBatches {
  /// Batches that are not yet answered whole.
  private var open: [UInt64: InputBatch] = [:]
  /// Batches that are answered whole and still have their bytes.
  private var spent: [UInt64: InputBatch] = [:]
  private var bytesInFlight: [UInt64: Int] = [:]
  private var taken: UInt64 = 0

  /// A batch that is not yet answered whole.
  subscript(_ id: UInt64) -> InputBatch? { open[id] }

  /// A batch that still has its bytes.
  func find(_ id: UInt64) -> InputBatch? { open[id] ?? spent[id] }

  /// Goes through those that are not answered whole.
  func forEach(_ body: (InputBatch) -> Void) { for batch in open.values { body(batch) } }

  /// Gives a batch its number.
  /// - Parameter batch: `nil` for records that need no worker.
  mutating func add(_ batch: InputBatch?, bytes: Int) -> UInt64 {
    defer { taken += 1 }
    open[taken] = batch
    bytesInFlight[taken] = bytes
    return taken
  }

  /// Removes a batch that is answered whole from the open ones.
  mutating func complete(_ id: UInt64) -> InputBatch? { open.removeValue(forKey: id) }

  /// Keeps the bytes of a batch that is answered whole.
  mutating func keep(_ id: UInt64, _ batch: InputBatch) { spent[id] = batch }

  /// Removes a batch whose bytes were kept, so that they can be released.
  mutating func takeSpent(_ id: UInt64) -> InputBatch? { spent.removeValue(forKey: id) }

  /// Changes the number of a batch's bytes that are in flight. Returns `false` if none of its bytes
  /// count any more.
  mutating func count(_ id: UInt64, _ bytes: Int) -> Bool {
    guard let before = bytesInFlight[id] else { return false }
    bytesInFlight[id] = before + bytes
    return true
  }

  /// Stops counting a batch's bytes as in flight.
  /// - Returns: how many of its bytes were in flight.
  mutating func leaveFlight(_ id: UInt64) -> Int? { bytesInFlight.removeValue(forKey: id) }

  mutating func removeAll() { self = HeldBatches() }
}
