import VimapSystem

/// How a run ended.
package enum RunOutcome: Equatable, Sendable {
  /// The input was read to its end.
  case complete
  /// A signal stopped it.
  case interrupted
  /// Failures stopped it (``PoolConfiguration/halt``).
  case halted
  /// It was stopped because answers and records did not match up
  /// (``PoolConfiguration/stopsOutOfStep``).
  case outOfStep
  /// No worker can be started.
  case noWorker(String)
  /// The reader of the results has gone.
  case readerGone
  /// The results cannot be written.
  case outputFailed(SystemError)
  /// The exceptions cannot be written that belong in a file of their own.
  case exceptionsFailed(SystemError)
  /// The lines that failed cannot be kept.
  case failedLinesFailed(SystemError)
  /// What is done cannot be written down.
  case checkpointFailed
  /// An input is not the one that was read before.
  case inputChanged
  /// The operating system refused what the pool itself needs.
  case systemFailed(SystemError)
}

/// How a run has gone, as far as the pool itself knows.
package struct PoolReport: Sendable {
  /// How the run ended.
  package internal(set) var outcome = RunOutcome.complete
  /// Records read.
  package internal(set) var records = 0
  /// Records that gave an output.
  package internal(set) var outputs = 0
  /// Records that became an exception.
  package internal(set) var exceptions = 0
  /// Records read that have no answer, and wait for another run.
  package internal(set) var undone = 0
  /// A worker gave more or fewer answers than it had records.
  package internal(set) var isOutOfStep = false
}
