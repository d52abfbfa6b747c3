import VimapBytes
import VimapSystem

/// Feeds a pool with the lines of files.
final class FileFeed: Feed {
  private let reader: RecordReader
  private let composer: TupleComposer
  private let slabs: InputSlabs
  let separator: UInt8?

  init(_ reader: RecordReader, _ form: RecordForm, slabs: InputSlabs) {
    self.reader = reader
    self.slabs = slabs
    separator = form.mode.separator
    composer = TupleComposer(form)
  }

  var waitDescriptor: CInt? { reader.waitDescriptor }

  func cut(records: Int) throws(SystemError) -> FeedCut {
    switch try reader.cut(records: records) {
    case .batch(let batch): .batch(batch)
    case .rejected(let line): .answered(composer.rejected(line), inputs: nil)
    case .waiting: .waiting
    case .noSlab: .noSlab
    case .ended: .ended
    }
  }

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, SharedBytes) -> Void
  ) throws {
    try composer.compose(message, batch, slabs, cause, body)
  }

  /// Workers say so themselves.
  func isWorthRetry(_ exception: ByteView) -> Bool { false }
}
