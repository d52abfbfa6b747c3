import VimapCheckpoint
import VimapKit

/// What became of a run.
package struct RunReport: Sendable {
  /// How the run ended.
  package var outcome = RunOutcome.complete
  /// Records read.
  package var records = 0
  /// Records that gave an output.
  package var outputs = 0
  /// Records that became an exception.
  package var exceptions = 0
  /// Those records by kind, and what the first of them failed with.
  package var failures = FailureTally()
  /// An input could not be opened or is not a file to be read.
  package var hasUnreadableInput = false
  /// An input could not be read to its end.
  package var hasBrokenInput = false
  /// Lines of text in which bytes were not what they should be, UTF-8 or in
  /// ``RecordForm/encoding``; in their records they are U+FFFD.
  package var linesWithGaps = 0
  /// A worker gave more or fewer answers than it had records.
  package var isOutOfStep = false
  /// Where the input goes on that was not read, of a run that ended before its input did.
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

/// Where an input goes on that was not read to its end.
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
