import VimapBytes
import VimapSystem

/// Where a pool's records come from, and what is said of those that no worker can answer.
///
/// A feed that never has to wait and leaves it to workers what is tried again has two methods.
package protocol Feed: AnyObject {
  /// The next batch, of at most `records` records.
  func cut(records: Int) throws(SystemError) -> FeedCut

  /// What was cut last has a number now.
  /// - Parameter batch: `nil` for a record that needs no worker.
  func noteTaken(_ id: UInt64, _ batch: InputBatch?)

  /// What to wait for (to be readable) after ``FeedCut/waiting``. Nothing, unless a feed says
  /// otherwise.
  var waitDescriptor: CInt? { get }

  /// The exceptions for some records of a batch, in the place of a worker.
  /// - Parameter body: handed each record, where its line is in the batch, and the exception.
  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (_ record: Int, _ line: Range<Int>, _ exception: ExceptionTuple) -> Void
  ) throws

  /// Whether a record that came to this exception may be tried again, where the worker did not say
  /// so. Never, unless a feed says otherwise.
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
  /// There is nothing yet; ``Feed/waitDescriptor`` will tell.
  case waiting
  /// There may be something at once, but others are to have their turn before it is looked for.
  case more
  /// There is nothing, and will not be before whoever wants the results asks for more.
  case idle
  /// There is no free slab.
  case noSlab
  case ended
}
