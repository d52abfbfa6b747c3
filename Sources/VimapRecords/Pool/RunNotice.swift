import VimapKit

/// What a person who watches a run should know while it goes on.
package enum RunNotice {
  /// An input could not be read, or not to its end.
  case input(InputProblem)
  /// An input looks like something else than lines of JSON; told once in a run.
  case wrongInput(WrongInput)
  /// A line has been in the input before, where that is counted (`RecordForm.countsOccurrences`);
  /// told once in a run.
  case repeatedLine(file: String, line: Int)
  /// The pool has something to tell.
  case pool(PoolEvent)
}
