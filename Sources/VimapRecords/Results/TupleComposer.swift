import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Writes the exceptions that no worker writes: of records that killed their worker or that no
/// worker is left for, and of lines that are rejected.
final class TupleComposer {
  private let encoder: TupleEncoder
  private let form: RecordForm
  private let scanner = RecordScanner()

  init(_ form: RecordForm) {
    self.form = form
    encoder = TupleEncoder(
      format: form.format, withMeta: form.withMeta, fileNames: form.fileNames)
  }

  /// Writes the exceptions for some records of a batch.
  /// - Parameter body: is given each record, the range of its line in the batch, and the tuple.
  func compose(
    _ message: ToWorker, _ input: InputBatch, _ slabs: InputSlabs, _ cause: PoolState.Cause,
    _ body: (_ record: Int, _ line: Range<Int>, _ tuple: ExceptionTuple) -> Void
  ) throws {
    let region = try input.region(of: message, in: slabs)
    let batch = RecordBatch()
    batch.load(
      message, region: region.bytes, memory: region.owner, mode: form.mode, scanner: scanner)
    for record in batch.records {
      let line = batch.line(of: record, mode: form.mode)
      let problem = batch.problem(with: record)
      let exception =
        problem.map { .invalidJSON($0, file: form.fileNames[input.place.file], line: line) }
        ?? RecordException(cause)
      let meta = TupleMeta(
        index: batch.index(of: record), file: input.place.file, line: line,
        attempts: exception.attempts, seconds: 0, worker: cause.worker)
      body(
        record, batch.lineRange(of: record),
        tuple(batch.bytes(of: record), isJSON: problem == nil, exception, meta))
    }
  }

  /// Why a line is not given to a worker, and whether it is JSON all the same.
  func exception(for line: RejectedLine) -> (exception: RecordException, isJSON: Bool) {
    let file = form.fileNames[line.place.file]
    let start = "\(file):\(line.place.line): "
    let size = "\(start)the record has \(line.length) bytes"
    let place: [(name: String, value: RecordException.Detail)] = [
      ("file", .text(file.plainText)), ("line", .number(line.place.line)),
    ]
    let exception: RecordException
    var isJSON = false
    switch line.reason {
    case .tooLong:
      exception = RecordException(
        .recordTooLarge, "\(size), more than the \(form.mode.longestRecord) allowed", attempts: 0,
        details: place)
    case .notKept(let error):
      exception = RecordException(
        .recordTooLarge, "\(size), and cannot be kept: \(error)", attempts: 0, details: place)
    case .torn(let error):
      exception = RecordException(
        .invalidJSON, "\(start)the line cannot be read to its end: \(error.code)", attempts: 0,
        details: place)
    case .unplaced(.tooCostly(let cost, let budget)):
      isJSON = true
      exception = RecordException(
        .recordTooLarge,
        "\(start)the record costs \(cost), more than the budget of \(budget.plainText)"
          + " ever holds",
        attempts: 0, details: place)
    case .unplaced(.noCost(let path)):
      isJSON = true
      exception = RecordException(
        .missingField, "the record's \(path) is no number of 0 or more", attempts: 0,
        details: [("path", .text(path.description.plainText))])
    case .unplaced(let found):
      isJSON = true
      let path = if case .missing(let path) = found { path.description } else { "" }
      exception = RecordException(
        .missingField, "the record has no \(path)", attempts: 0,
        details: [("path", .text(path.plainText))])
    }
    return (exception, isJSON)
  }

  /// The exception for a line that is not given to a worker. If the line is too long, or cannot be
  /// kept, `in` is its beginning.
  func rejected(_ line: RejectedLine) -> (tuple: ExceptionTuple, cause: FailureTally.Cause) {
    let (exception, isJSON) = exception(for: line)
    let meta = TupleMeta(
      index: line.place.index, file: line.place.file, line: line.place.line, attempts: 0,
      seconds: 0)
    var record = ByteBuffer()
    if isJSON { record.append(onOneLine: line.head.bytes) } else { record.append(line.head.bytes) }
    let cause = FailureTally.Cause(
      kind: exception.kind, message: exception.message, exitMessage: nil, index: line.place.index,
      file: form.fileNames[line.place.file], line: line.place.line)
    return (tuple(record.view, isJSON: isJSON, exception, meta), cause)
  }

  private func tuple(
    _ input: ByteView, isJSON: Bool, _ exception: RecordException, _ meta: TupleMeta
  ) -> ExceptionTuple {
    var out = ByteBuffer()
    let mark = exception.put(into: &out)
    var text = ByteBuffer()
    if !isJSON { text.appendString(of: input) }
    let input = isJSON ? input : text.view
    let box = SharedBytes()
    encoder.encode(
      input: input, output: out.view, isException: true,
      meta: form.withMeta ? meta : nil
    ) { box.append($0) }
    return ExceptionTuple(
      bytes: box, mark: encoder.mark(mark, input: input.count))
  }
}

extension RecordException {
  fileprivate init(_ cause: PoolState.Cause) {
    switch cause {
    case .cannotStart(let failure):
      self.init(
        .spawn, "no worker can be started: \(failure.message)", attempts: 0,
        details: failure.errno.map { [("errno", .number($0))] } ?? [])
    case .timedOut(_, let attempts):
      self.init(.timeout, "the worker took longer than is allowed", attempts: attempts)
    case .cancelled(let attempts, let wasBegun, let wasSent):
      self = .cancelled(attempts: attempts, wasBegun: wasBegun, wasSent: wasSent)
    case .unpaired: self = .unpaired()
    case .workerDied(_, let end, let exitMessage, let attempts):
      self.init(
        .worker, "the worker process \(end) while it had the record", attempts: attempts,
        details: exitMessage.isEmpty ? [] : [("traceback", .text(exitMessage))])
    }
  }
}

extension PoolState.Cause {
  /// The worker that had the record.
  fileprivate var worker: Int? {
    switch self {
    case .workerDied(let slot, _, _, _), .timedOut(let slot, _): slot
    case .cannotStart, .cancelled, .unpaired: nil
    }
  }
}
