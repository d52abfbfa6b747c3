import VimapBytes
import VimapJSON
import VimapSystem

/// Feeds a pool with the lines of files.
final class FileFeed: Feed {
  private let reader: RecordReader
  private let composer: TupleComposer
  private let slabs: InputSlabs
  private let fileNames: [String]
  private let mode: InputMode
  let separator: UInt8?
  /// Looks at what the inputs are, where they are not what they should be.
  var watch = InputWatch()

  init(_ reader: RecordReader, _ form: RecordForm, slabs: InputSlabs) {
    self.reader = reader
    self.slabs = slabs
    fileNames = form.fileNames
    mode = form.mode
    separator = form.mode.separator
    composer = TupleComposer(form)
  }

  var waitDescriptor: CInt? { reader.waitDescriptor }

  var progress: (bytes: Int, total: Int?)? { reader.progress }

  func cut(records: Int) throws(SystemError) -> FeedCut {
    switch try reader.cut(records: records) {
    case .batch(let batch): noted(batch)
    case .rejected(let line): answered(composer.rejected(line))
    case .waiting: .waiting
    case .more: .more
    case .noSlab: .noSlab
    case .ended: ended()
    }
  }

  private func noted(_ batch: InputBatch) -> FeedCut {
    if batch.place.line == 1, !mode.isText {
      let file = fileNames[batch.place.file]
      try? batch.withBytes(0..<min(batch.length, TextLook.lookedAt), in: slabs) { head in
        let end = head.firstIndex(of: mode.separator) ?? head.count
        watch.note(firstLine: head.head(end), file: file)
        if batch.place.index == 1 {
          watch.note(first: head, length: batch.length, file: file)
        }
      }
    }
    return .batch(batch)
  }

  private func ended() -> FeedCut {
    watch.end(records: reader.place.index - 1)
    return .ended
  }

  func noteInvalid(_ record: Int, _ line: Range<Int>, in batch: InputBatch) {
    guard let place = place(of: record, line, in: batch) else { return }
    try? batch.withLine(of: record, line, in: slabs) {
      watch.look(at: $0, file: place.file, number: place.line)
    }
  }

  private func answered(
    _ rejected: (tuple: ExceptionTuple, cause: FailureTally.Cause)
  ) -> FeedCut {
    .answered(rejected.tuple.bytes, rejected.cause, inputs: nil)
  }

  func place(
    of record: Int, _ line: Range<Int>, in batch: InputBatch
  ) -> (file: String, line: Int)? {
    guard let separator else { return nil }
    return (
      fileNames[batch.place.file],
      batch.lineNumber(of: record, line, separator: separator, in: slabs)
    )
  }

  func place(of record: Int, in batch: InputBatch) -> (file: String, line: Int)? {
    batch.lineNumber(of: record, mode, in: slabs).map { (fileNames[batch.place.file], $0) }
  }

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, ExceptionTuple) -> Void
  ) throws {
    try composer.compose(message, batch, slabs, cause, body)
  }

  func linesWithGaps(in batch: InputBatch) -> Int {
    guard mode.isText, !batch.isLetGo else { return 0 }
    let count = try? batch.withBytes(0..<batch.length, in: slabs) {
      $0.linesWithGaps(endedBy: mode.separator)
    }
    return count ?? 0
  }

  /// Workers say so themselves.
  func isWorthRetry(_ exception: ByteView) -> Bool { false }
}
