import VimapBytes
import VimapJSON
import VimapSystem

/// The way of results from the workers to the output: into order where that is asked for, counted,
/// written, and their memory given back.
final class ResultFlow {
  private let results: ResultSink
  private let exceptions: ResultSink
  private let carriesExceptions: Bool
  private var orderer: Orderer<ResultPiece>?
  private(set) var outputs = 0
  private(set) var exceptionCount = 0
  /// Bytes that were copied so that a worker could go on.
  private var copiedBytes = 0
  private let copyLimit: Int
  private var isDiscarding = false

  /// Told of every piece of a slab that is not needed any more.
  var onRelease: (_ seat: Int, _ slab: Int) -> Void = { _, _ in }
  /// Told of every batch whose results are all on their way out.
  var onFinished: (UInt64) -> Void = { _ in }

  /// - Parameter exceptions: where exceptions go that the format has no place for.
  init(_ configuration: PoolConfiguration, results: ResultSink, exceptions: ResultSink) {
    self.results = results
    self.exceptions = exceptions
    carriesExceptions = configuration.format.carriesExceptions
    copyLimit = configuration.window
    orderer = configuration.keepsOrder ? Orderer(first: 0) : nil
  }

  func expect(batch: UInt64, records: Int) {
    orderer?.expect(batch: batch, records: records)
  }

  /// Takes in results of one batch.
  func add(batch: UInt64, records: Range<Int>, _ piece: ResultPiece) {
    switch piece.kind {
    case .outputs: outputs += records.count
    case .exception: exceptionCount += records.count
    }
    if orderer == nil {
      emit(piece)
    } else {
      orderer?.add(batch: batch, records: records, piece, emit: emit, finished: onFinished)
    }
  }

  private func emit(_ piece: ResultPiece) {
    if piece.bytes.isEmpty || isDiscarding {
      release(piece)
    } else if piece.kind == .exception, !carriesExceptions {
      exceptions.add(piece)
    } else {
      results.add(piece)
    }
  }

  private func release(_ piece: ResultPiece) {
    switch piece.source {
    case .slab(let seat, let slab): onRelease(seat, slab)
    case .own: copiedBytes -= piece.bytes.count
    case .file: break
    }
  }

  // MARK: Order

  /// The batch whose results come next, where there is an order to keep.
  var head: UInt64? { orderer?.head }

  /// Copies what is held of a worker's results out of its slabs, so that it can go on.
  ///
  /// - Parameter limit: most bytes to hold in copies; `nil` for the worker that everybody else
  ///   waits for.
  func relieve(_ seat: Int, limit: Int?) {
    if let limit, copiedBytes >= limit { return }
    orderer?.replaceHeld { piece in
      guard case .slab(seat, let slab) = piece.source else { return nil }
      // Copied first: once it is let go of, the worker may write to the slab at any moment.
      let copy = piece.copied()
      copiedBytes += piece.bytes.count
      onRelease(seat, slab)
      return copy
    }
  }

  /// Counts a piece in memory of its own, which is not copied from a slab.
  func addOwn(batch: UInt64, record: Int, _ bytes: SharedBytes, _ kind: Run.Kind) {
    copiedBytes += bytes.bytes.count
    add(
      batch: batch, records: record..<(record + 1),
      ResultPiece(bytes: bytes.bytes, kind: kind, source: .own(bytes)))
  }

  // MARK: Writing

  /// Writes what can be written without waiting.
  func flush() throws(SystemError) {
    try results.flush(release)
    try exceptions.flush(release)
  }

  /// So much is held in copies that no more should be read.
  var isClogged: Bool { copiedBytes >= copyLimit }

  /// Closes what was opened here; for a process that was forked and does not write.
  func abandon() {
    results.abandon()
    exceptions.abandon()
  }

  /// Gives up what is not written yet, and whatever else comes.
  func discard() {
    isDiscarding = true
    results.discard()
    exceptions.discard()
  }

  /// What has to be waited for before more can be written.
  var waiting: [CInt] {
    (results.isWaiting ? [results.watched] : [])
      + (exceptions.isWaiting ? [exceptions.watched] : [])
  }
}
