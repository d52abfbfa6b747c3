/// The batches of which some record has no answer yet, and which those are.
struct OpenBatches {
  private var trackers: [UInt64: AckTracker] = [:]

  var isEmpty: Bool { trackers.isEmpty }

  mutating func add(_ batch: UInt64, records: Int) { trackers[batch] = AckTracker(count: records) }

  /// Marks records as answered; `false`, and nothing marked, where one of them was before.
  mutating func mark(_ batch: UInt64, _ records: Range<Int>) -> Bool {
    trackers[batch]?.mark(records) ?? false
  }

  /// Whether all of a batch is answered; it is forgotten then.
  mutating func removeIfComplete(_ batch: UInt64) -> Bool {
    guard trackers[batch]?.isComplete == true else { return false }
    trackers[batch] = nil
    return true
  }

  /// Whether no record of a batch has an answer outstanding.
  func isComplete(_ batch: UInt64) -> Bool { trackers[batch]?.isComplete ?? true }

  func isOpen(_ record: Int, of batch: UInt64) -> Bool {
    trackers[batch]?.unanswered(in: record..<(record + 1)).isEmpty == false
  }

  /// The records of an assignment that have no answer.
  func unanswered(in assignment: Assignment) -> [Assignment] {
    var open = trackers[assignment.batch]?.unanswered(in: assignment.records) ?? []
    if !assignment.gone.isEmpty {
      open = Array(RangeSet(open).subtracting(assignment.gone).ranges)
    }
    return open.map { assignment.part($0) }
  }

  /// Whether a worker is done with an assignment: all of it is answered, or elsewhere.
  func isDone(_ assignment: Assignment) -> Bool {
    guard let tracker = trackers[assignment.batch], !tracker.isComplete else { return true }
    // A batch that one worker has whole is done when it is complete.
    if assignment.records.count == tracker.count, assignment.gone.isEmpty { return false }
    return unanswered(in: assignment).isEmpty
  }

  mutating func removeAll() { trackers.removeAll() }
}
