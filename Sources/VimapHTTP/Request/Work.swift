import VimapKit
import VimapRecords

/// A batch on its way: which records must still be begun, and how many must still be answered.
final class Work {
  let batch: RecordBatch
  private var rest: Range<Int>
  private var unanswered: Int

  init(_ batch: RecordBatch) {
    self.batch = batch
    rest = batch.records
    unanswered = rest.count
  }

  var isBegun: Bool { rest.isEmpty }

  /// The next record to begin.
  func next() -> Int? { rest.popFirst() }

  /// Counts an answer. Returns whether it was the last.
  func noteAnswer() -> Bool {
    unanswered -= 1
    return unanswered == 0
  }
}
