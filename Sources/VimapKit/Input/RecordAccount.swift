import VimapBytes

/// The account that is kept of records beside their results, where they are lines that people know
/// by their places: which of them failed, and of what.
package protocol RecordAccount: AnyObject {
  /// A record has an exception for its answer.
  func note(_ failed: FailedRecord) throws

  /// Some lines of a batch are not UTF-8; told once of each.
  func noteGaps(in batch: InputBatch)

  /// Where a record is in the inputs; `nil` where that can't be told any more.
  func place(of record: Int, in batch: InputBatch) -> (file: String, line: Int)?

  /// Bytes of input that records were taken from, and those there are, where these are known.
  var progress: (bytes: Int, total: Int?) { get }

  /// What ends a record's line.
  var separator: UInt8 { get }
}

/// A record with the exception that is its answer.
package struct FailedRecord {
  /// The batch it is of.
  package let batch: InputBatch
  /// Its number there, from 0.
  package let record: Int
  /// Where its line is in the batch.
  package let line: Range<Int>
  /// Its tuple; lent for the call.
  package let tuple: ByteView
  /// Where the words of the tuple are.
  package let mark: FailureMark?
}
