import VimapBytes
import VimapSystem

/// Where a pool's records come from, and what is said of those that no worker can answer.
protocol Feed: AnyObject {
  /// The next batch, of at most `records` records.
  func cut(records: Int) throws(SystemError) -> FeedCut

  /// What to wait for (to be readable) after ``FeedCut/waiting``.
  var waitDescriptor: CInt? { get }

  /// The exceptions for some records of a batch, in the place of a worker.
  /// - Parameter body: handed each record, where its line is in the batch, and the exception.
  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (_ record: Int, _ line: Range<Int>, _ exception: ExceptionTuple) -> Void
  ) throws

  /// Where a record is in the inputs, for people; `nil` where there is nothing to say.
  /// - Parameter line: where its line is in the batch.
  func place(
    of record: Int, _ line: Range<Int>, in batch: InputBatch
  ) -> (file: String, line: Int)?

  /// As ``place(of:_:in:)``, where it is not known where the line is.
  func place(of record: Int, in batch: InputBatch) -> (file: String, line: Int)?

  /// How many lines of text in a batch are not UTF-8.
  func linesWithGaps(in batch: InputBatch) -> Int

  /// A record is not JSON; its place is as in ``place(of:_:in:)``.
  func noteInvalid(_ record: Int, _ line: Range<Int>, in batch: InputBatch)

  /// Bytes of input that records were taken from, and those there are, where these are known.
  var progress: (bytes: Int, total: Int?)? { get }

  /// What ends a record's line, where records are lines that can be kept without their batch.
  var separator: UInt8? { get }

  /// Whether a record that came to this exception may be tried again.
  func isWorthRetry(_ exception: ByteView) -> Bool
}

extension Feed {
  func noteInvalid(_ record: Int, _ line: Range<Int>, in batch: InputBatch) {}
}

enum FeedCut {
  case batch(InputBatch)
  /// A record that needs no worker: its exception, and the value it was made from, if there is one.
  case answered(SharedBytes, FailureTally.Cause?, inputs: AnyObject?)
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
