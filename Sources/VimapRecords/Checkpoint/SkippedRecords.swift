import VimapCheckpoint

/// Which records are done by earlier runs, asked for in the order of the input.
struct SkippedRecords {
  private let done: RecordSet
  /// Where it was looked last: up to its end all is as at its beginning.
  private var run: (start: Int, end: Int, isDone: Bool) = (0, 0, false)

  /// `nil` where none is.
  init?(_ done: RecordSet) {
    if done.isEmpty { return nil }
    self.done = done
  }

  /// Whether a record is done, and how many there are, from it on, of which the same holds.
  mutating func ahead(of record: Int) -> (isDone: Bool, count: Int) {
    if !(run.start..<run.end).contains(record) {
      let (isDone, end) = done.run(from: record)
      run = (record, end ?? .max, isDone)
    }
    return (run.isDone, run.end - record)
  }
}
