import VimapBytes
import VimapSystem

/// The source of a pool's records. It also writes the exceptions of records that no worker can
/// answer.
///
/// A feed needs only two methods, unless it has to wait for input or decides itself which records
/// are tried again.
package protocol Feed: AnyObject {
  /// Cuts the next batch, of at most `records` records.
  func cut(records: Int) throws(SystemError) -> FeedCut

  /// What was cut last has a number now.
  /// - Parameter batch: `nil` for a record that needs no worker.
  func noteTaken(_ id: UInt64, _ batch: InputBatch?)

  /// The descriptor to wait for, until it is readable, after ``FeedCut/waiting``. `nil` by default.
  var waitDescriptor: CInt? { get }

  /// Writes the exceptions for some records of a batch, in place of a worker.
  /// - Parameter body: is given each record, the range of its line in the batch, and the exception.
  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (_ record: Int, _ line: Range<Int>, _ exception: ExceptionTuple) -> Void
  ) throws

  /// Whether a record with this exception may be tried again, if the worker did not say so. `false`
  /// by default.
  func isWorthRetry(_ exception: ByteView) -> Bool
}

extension Feed {
  package func noteTaken(_ id: UInt64, _ batch: InputBatch?) {}

  package var waitDescriptor: CInt? { nil }

  package func isWorthRetry(_ exception: ByteView) -> Bool { false }
}

package enum FeedCut {
  case batch(InputBatch)
  /// A record that needs no worker: its exception, and the value it was made from, if there is one.
  case answered(SharedBytes, inputs: AnyObject?)
  /// There is nothing yet. ``Feed/waitDescriptor`` becomes readable when there is.
  case waiting
  /// There may be more at once, but others get their turn before it is looked for.
  case more
  /// There is nothing, and there will be nothing until the reader asks for more results.
  case idle
  /// There is no free slab.
  case noSlab
  case ended
}
