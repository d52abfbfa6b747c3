import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Feeds a pool with the lines of files.
final class FileFeed: Feed {
  private let reader: RecordReader
  private let composer: TupleComposer
  private let account: LineAccount
  private let slabs: InputSlabs
  private let log: RunLog?
  /// The number of the last record that needed no worker, from 0.
  private var lastRejected = 0

  init(
    _ reader: RecordReader, _ form: RecordForm, _ account: LineAccount, _ log: RunLog?,
    slabs: InputSlabs
  ) {
    self.log = log
    self.reader = reader
    self.account = account
    self.slabs = slabs
    composer = TupleComposer(form)
  }

  var waitDescriptor: CInt? { reader.waitDescriptor }

  func cut(records: Int) throws(SystemError) -> FeedCut {
    switch try reader.cut(records: records) {
    case .batch(let batch):
      account.note(batch)
      return .batch(batch)
    case .rejected(let line):
      let (tuple, cause) = composer.rejected(line)
      account.failures.add(cause)
      lastRejected = line.place.index - 1
      log?.noteFailure(lastRejected, cause.kind, line: nil)
      return .answered(tuple.bytes, inputs: nil)
    case .waiting: return .waiting
    case .more: return .more
    case .noSlab: return .noSlab
    case .ended:
      account.noteEnd()
      return .ended
    }
  }

  func noteTaken(_ id: UInt64, _ batch: InputBatch?) {
    log?.noteTaken(
      id, first: batch.map { $0.place.index - 1 } ?? lastRejected, records: batch?.records ?? 1)
  }

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, ExceptionTuple) -> Void
  ) throws {
    try composer.compose(message, batch, slabs, cause, body)
  }
}
