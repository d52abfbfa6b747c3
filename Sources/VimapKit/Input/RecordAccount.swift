import VimapBytes

/// Keeps account of records that are lines, beside their results: which of them failed, and why.
/// Users know such records by their files and line numbers.
package protocol RecordAccount: AnyObject {
  /// Takes in that a record is answered with an exception.
  func note(_ failed: FailedRecord) throws

  /// Takes in that some lines of a batch are not UTF-8. Called once for each batch.
  func noteGaps(in batch: InputBatch)

  /// The place of a record in the inputs. `nil` if it can no longer be found out.
  func place(of record: Int, in batch: InputBatch) -> (file: String, line: Int)?

  /// How many bytes of input records were taken from, and the size of all inputs, if known.
  var progress: (bytes: Int, total: Int?) { get }

  /// What ends a record's line.
  var separator: UInt8 { get }
}

/// A record with the exception that is its answer.
package struct FailedRecord {
  /// The batch of the record.
  package let batch: InputBatch
  /// The number of the record in the batch, from 0.
  package let record: Int
  /// The range of its line in the batch.
  package let line: Range<Int>
  /// Its tuple, lent for the call.
  package let tuple: ByteView
  /// Where the words are in the tuple that sum it up.
  package let mark: FailureMark?
}
