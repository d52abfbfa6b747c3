import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Keeps account of a run over the lines of files: which records failed, and why, with their lines
/// if these are kept. It also recognises inputs that are not lines of JSON.
final class LineAccount: RecordAccount {
  /// How many records failed, by kind and by cause.
  var failures = FailureTally()
  /// The number of lines of text that are not UTF-8.
  private(set) var linesWithGaps = 0
  /// Recognises what the inputs are.
  var watch = InputWatch()

  private let reader: RecordReader
  private let fileNames: [String]
  private let mode: InputMode
  private let slabs: InputSlabs
  private let failed: FailedLines?
  /// Holds lines until their exceptions are out, where that is to be.
  private let log: RunLog?
  /// The kind of the last failure, with its name. Most often the next one has the same kind.
  private var lastKind = (name: SharedBytes(), kind: RecordException.Kind.worker)

  /// - Parameters:
  ///   - failed: keeps the lines of records that failed.
  ///   - log: holds these lines until the exceptions are out, if that is to be so.
  init(
    _ reader: RecordReader, _ form: RecordForm, failed: FailedLines?, log: RunLog?,
    slabs: InputSlabs
  ) {
    self.log = log
    self.reader = reader
    self.failed = failed
    self.slabs = slabs
    fileNames = form.fileNames
    mode = form.mode
  }

  var separator: UInt8 { mode.separator }

  var progress: (bytes: Int, total: Int?) { reader.progress }

  func place(of record: Int, in batch: InputBatch) -> (file: String, line: Int)? {
    batch.lineNumber(of: record, slabs: slabs) { bytes, records in
      mode.cut(bytes, records: records).lines
    }.map { (fileNames[batch.place.file], $0) }
  }

  private func place(of failed: FailedRecord) -> (file: String, line: Int) {
    let line = failed.batch.lineNumber(
      of: failed.record, failed.line, separator: separator, in: slabs)
    return (fileNames[failed.batch.place.file], line)
  }

  // MARK: What the inputs are

  /// Looks at the beginning of an input.
  func note(_ batch: InputBatch) {
    guard batch.place.line == 1, !mode.isText else { return }
    let file = fileNames[batch.place.file]
    try? batch.withBytes(0..<min(batch.length, TextLook.lookedAt), in: slabs) { head in
      let end = head.firstIndex(of: mode.separator) ?? head.count
      watch.note(firstLine: head.head(end), file: file)
      if batch.place.index == 1 {
        watch.note(first: head, length: batch.length, file: file)
      }
    }
  }

  func noteEnd() { watch.end(records: reader.place.index - 1) }

  func noteGaps(in batch: InputBatch) {
    guard mode.isText, !batch.isLetGo else { return }
    let count = try? batch.withBytes(0..<batch.length, in: slabs) {
      $0.linesWithGaps(endedBy: mode.separator)
    }
    linesWithGaps += count ?? 0
  }

  // MARK: What failed

  func note(_ record: FailedRecord) throws {
    let kind = record.mark.map { self.kind(named: $0.kindName(in: record.tuple)) }
    try keepLine(record, kind)
    guard let mark = record.mark, let kind else { return }
    if kind == .invalidJSON { look(at: record) }
    let message = record.tuple.part(mark.message)
    let exitMessage = record.tuple.part(mark.exitMessage)
    let index = record.batch.place.index + record.record
    var hasher = Hasher()
    hasher.combine(kind)
    message.withUnsafeBytes { hasher.combine(bytes: $0) }
    exitMessage.withUnsafeBytes { hasher.combine(bytes: $0) }
    failures.add(
      kind, index: index, key: hasher.finalize(), hasExitMessage: !exitMessage.isEmpty
    ) {
      let place = place(of: record)
      return FailureTally.Cause(
        kind: kind, message: (try? JSONValue.parse(message))?.string ?? "",
        exitMessage: exitMessage.isEmpty ? nil : exitMessage.textInString, index: index,
        file: place.file, line: place.line)
    }
  }

  private func keepLine(_ record: FailedRecord, _ kind: RecordException.Kind?) throws {
    let index = record.batch.place.index - 1 + record.record
    guard let failed else {
      log?.noteFailure(index, kind, line: nil)
      return
    }
    try record.batch.withLine(of: record.record, record.line, in: slabs) {
      if let log { log.noteFailure(index, kind, line: $0) } else { failed.add($0) }
    }
  }

  private func kind(named name: ByteView) -> RecordException.Kind {
    if name != lastKind.name.bytes {
      lastKind = (SharedBytes(copying: name), RecordException.Kind(rawValue: name.text))
    }
    return lastKind.kind
  }

  private func look(at record: FailedRecord) {
    guard watch.looksAnywhere || record.batch.place.line == 1 else { return }
    let place = place(of: record)
    try? record.batch.withLine(of: record.record, record.line, in: slabs) {
      watch.look(at: $0, file: place.file, number: place.line)
    }
  }
}

extension FailureMark {
  /// The name of the exception's kind, which is written before its message:
  /// `{"kind":"…","message":…`.
  fileprivate func kindName(in tuple: ByteView) -> ByteView {
    let end = message.lowerBound - RecordException.messageMember.utf8CodeUnitCount
    guard end > 0, end <= tuple.count,
      let quote = tuple.head(end).lastIndex(of: UInt8(ascii: "\""))
    else { return .empty }
    return tuple.slice(quote + 1, end - quote - 1)
  }
}

extension ByteView {
  /// The bytes in a range; nothing if the range reaches outside.
  fileprivate func part(_ range: Range<Int>) -> ByteView {
    range.upperBound <= count ? slice(range.lowerBound, range.count) : .empty
  }

  /// The text that a part of a JSON string stands for. If it is no such part, it stands for itself.
  fileprivate var textInString: String {
    var quoted = ByteBuffer(capacity: count + 2)
    quoted.append("\"")
    quoted.append(self)
    quoted.append("\"")
    return (try? JSONValue.parse(quoted.view))?.string ?? text
  }
}
