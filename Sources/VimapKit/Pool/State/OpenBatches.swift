/// The batches that are not answered whole, and which of their records have no answer yet.
struct OpenBatches {
  private var trackers: [UInt64: AckTracker] = [:]

  var isEmpty: Bool { trackers.isEmpty }

  mutating func add(_ batch: UInt64, records: Int) { trackers[batch] = AckTracker(count: records) }

  /// Marks records as answered. Returns `false`, and marks nothing, if one was answered before.
  mutating func mark(_ batch: UInt64, _ records: Range<Int>) -> Bool {
    trackers[batch]?.mark(records) ?? false
  }

  /// Whether a batch is answered whole. If it is, the batch is forgotten.
  mutating func removeIfComplete(_ batch: UInt64) -> Bool {
    guard trackers[batch]?.isComplete == true else { return false }
    trackers[batch] = nil
    return true
  }

  /// Whether every record of a batch is answered.
  func isComplete(_ batch: UInt64) -> Bool { trackers[batch]?.isComplete ?? true }

  func isOpen(_ record: Int, of batch: UInt64) -> Bool {
    trackers[batch]?.unanswered(in: record..<(record + 1)).isEmpty == false
  }

  /// The records of an assignment that have no answer yet.
  func unanswered(in assignment: Assignment) -> [Assignment] {
    var open = trackers[assignment.batch]?.unanswered(in: assignment.records) ?? []
    if !assignment.gone.isEmpty {
      open = Array(RangeSet(open).subtracting(assignment.gone).ranges)
    }
    return open.map { assignment.part($0) }
  }

  /// Whether a worker is done with an assignment: every record is answered or given back.
  func isDone(_ assignment: Assignment) -> Bool {
    guard let tracker = trackers[assignment.batch], !tracker.isComplete else { return true }
    // A shortcut: if one worker has the whole batch, it is done only when the batch is complete.
    if assignment.records.count == tracker.count, assignment.gone.isEmpty { return false }
    return unanswered(in: assignment).isEmpty
  }

  mutating func removeAll() { trackers.removeAll() }
}
