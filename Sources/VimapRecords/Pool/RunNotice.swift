import VimapKit

/// Something that users should know while a run goes on.
package enum RunNotice {
  /// An input could not be read, or not to its end.
  case input(InputProblem)
  /// An input looks like something else than lines of JSON. Reported once in a run.
  case wrongInput(WrongInput)
  /// A line was in the input before, if that is counted (`RecordForm.countsOccurrences`). Reported
  /// once in a run.
  case repeatedLine(file: String, line: Int)
  /// The pool has something to report.
  case pool(PoolEvent)
}
