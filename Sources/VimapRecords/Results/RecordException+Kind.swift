extension RecordException {
  /// What went wrong, as a word that users of the tuples can match: small letters, digits and
  /// underscores. A kind of worker may have words of its own.
  package struct Kind: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// The record is not JSON.
    package static let invalidJSON = Kind(rawValue: "invalid_json")
    /// The record is longer than the longest allowed.
    package static let recordTooLarge = Kind(rawValue: "record_too_large")
    /// The record lacks a field that a template needs.
    package static let missingField = Kind(rawValue: "missing_field")
    /// The command ended without answering.
    package static let exit = Kind(rawValue: "exit")
    /// The command was ended by a signal.
    package static let signal = Kind(rawValue: "signal")
    /// The answer is not JSON, is too large, or does not belong to the record.
    package static let invalidOutput = Kind(rawValue: "invalid_output")
    /// There was no complete answer in time.
    package static let timeout = Kind(rawValue: "timeout")
    /// No worker is left to try the record, and none can be started.
    package static let spawn = Kind(rawValue: "spawn")
    /// The worker's process died of the record, or the command reported an exception.
    package static let worker = Kind(rawValue: "worker")
    /// An answer came, or was missing, when order could no longer be trusted.
    package static let unpaired = Kind(rawValue: "unpaired")
    /// The run was stopped before the record was tried, or while it was.
    package static let cancelled = Kind(rawValue: "cancelled")
  }
}
