import VimapCheckpoint
import VimapKit

/// How a run has gone.
package struct RunReport: Sendable {
  /// How the run ended.
  package var outcome = RunOutcome.complete
  /// Records read.
  package var records = 0
  /// Records that gave an output.
  package var outputs = 0
  /// Records that became an exception.
  package var exceptions = 0
  /// How many of these records there are of each kind, and how the first of them failed.
  package var failures = FailureTally()
  /// An input could not be opened or is not a file to be read.
  package var hasUnreadableInput = false
  /// An input could not be read to its end.
  package var hasBrokenInput = false
  /// Lines of text with bytes that are not text in their encoding: UTF-8, or
  /// ``RecordForm/encoding``. In their records these bytes are U+FFFD.
  package var linesWithGaps = 0
  /// A worker gave more or fewer answers than it had records.
  package var isOutOfStep = false
  /// If the run ended before its input did, the place from which on the input was not read.
  package var rest: InputRest?

  /// Records read that have no answer, and wait for another run.
  package var undone = 0
  /// Why what is done could not be written down.
  package var checkpointFailure: Checkpoint.Failure?
  /// Which input has changed since an earlier run.
  package var change: InputChange?

  /// The report of a run in which nothing has happened yet.
  package init() {}
}

/// The place from which on an input was not read.
package struct InputRest: Sendable, Equatable {
  /// The input's name.
  package var file: String
  /// The first line that was not read, from 1.
  package var line: Int
}

/// An input that is not the one that was read before.
package struct InputChange: Error, Equatable, Sendable {
  /// The input's name.
  package var file: String
  package var difference: InputDifference

  package init(file: String, difference: InputDifference) {
    self.file = file
    self.difference = difference
  }
}
