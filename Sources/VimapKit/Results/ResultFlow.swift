import VimapBytes
import VimapJSON
import VimapSystem

/// Where results end up.
package protocol ResultTarget: AnyObject {
  /// Takes over a piece. Pieces come in the order that results must have.
  func add(_ piece: ResultPiece)
  /// Passes on what it can without waiting. Calls `done` for every piece that it no longer needs.
  func flush(_ done: (ResultPiece) -> Void) throws(SystemError)
  /// Drops everything that it holds.
  func discard()
  /// The descriptors that must become writable before it can go on.
  var waiting: [CInt] { get }
}

/// The way of results from the workers to their target: they are put into order if that is asked
/// for, counted, passed on, and their memory is released.
final class ResultFlow {
  private let target: any ResultTarget
  private var reorderBuffer: ReorderBuffer<ResultPiece>?
  private(set) var outputs = 0
  private(set) var exceptionCount = 0
  /// Bytes that are held outside of slabs: copied, so that a worker can go on, or in files.
  private var keptBytes = 0
  private let keepLimit: Int
  private var isDiscarding = false

  /// Called for every piece of a slab that is no longer needed.
  var onRelease: (_ slot: Int, _ slab: Int) -> Void = { _, _ in }
  /// Called for every batch whose results are all on their way out.
  var onFinished: (UInt64) -> Void = { _ in }

  init(_ configuration: PoolConfiguration, target: any ResultTarget) {
    self.target = target
    keepLimit = configuration.window
    outputs = configuration.before.outputs
    exceptionCount = configuration.before.exceptions
    reorderBuffer = configuration.keepsOrder ? ReorderBuffer(first: 0) : nil
  }

  func expect(batch: UInt64, records: Int) {
    reorderBuffer?.expect(batch: batch, records: records)
  }

  /// Takes in results.
  func add(_ piece: ResultPiece) {
    switch piece.kind {
    case .outputs: outputs += piece.records.count
    case .exception: exceptionCount += piece.records.count
    }
    if case .file = piece.source { keptBytes += piece.bytes.count }
    if reorderBuffer == nil {
      emit(piece)
    } else {
      reorderBuffer?.add(
        batch: piece.batch, records: piece.records, piece, emit: emit, finished: onFinished)
    }
  }

  /// Takes in an exception that belongs to no record, and so waits for no turn.
  func addOrphan(_ piece: ResultPiece) { emit(piece) }

  private func emit(_ piece: ResultPiece) {
    if isDiscarding {
      release(piece)
    } else {
      target.add(piece)
    }
  }

  private func release(_ piece: ResultPiece) {
    switch piece.source {
    case .slab(let slot, let slab): onRelease(slot, slab)
    case .own, .file: keptBytes -= piece.bytes.count
    }
  }

  /// Takes back outputs of a batch that wait for their turn.
  /// - Returns: the records that the outputs answered, which need new answers.
  func takeBack(_ batch: UInt64, _ records: Range<Int>) -> [Range<Int>] {
    let pieces = reorderBuffer?.takeHeld(batch, records) { $0.kind == .outputs } ?? []
    for piece in pieces {
      outputs -= piece.records.count
      release(piece)
    }
    return pieces.map(\.records)
  }

  // MARK: Order

  /// The batch whose results come next, if results keep the order of the input.
  var head: UInt64? { reorderBuffer?.head }

  /// The record whose result comes next, if results keep the order of the input.
  var awaited: (batch: UInt64, record: Int)? { reorderBuffer?.awaited }

  /// Copies the held results of a worker out of its slabs, so that the worker can go on.
  /// - Parameter limit: the most bytes to hold in copies; `nil` for the worker that all others wait
  ///   for.
  func spill(_ slot: Int, limit: Int?) {
    if let limit, keptBytes >= limit { return }
    reorderBuffer?.replaceHeld { piece in
      guard case .slab(slot, let slab) = piece.source else { return nil }
      // The copy comes first: after the release, the worker may write to the slab at any moment.
      let copy = piece.copied()
      keptBytes += piece.bytes.count
      onRelease(slot, slab)
      return copy
    }
  }

  /// Takes in a result that has its own memory and lies in no slab.
  func add(
    _ bytes: SharedBytes, _ kind: Run.Kind, batch: UInt64, record: Int, inputs: AnyObject? = nil
  ) {
    keptBytes += bytes.bytes.count
    add(
      ResultPiece(
        bytes: bytes.bytes, kind: kind, source: .own(bytes), batch: batch,
        records: record..<(record + 1), inputs: inputs))
  }

  // MARK: Passing on

  /// Passes on what it can without waiting.
  func flush() throws(SystemError) { try target.flush(release) }

  /// So much is held that no more should be read.
  var isClogged: Bool { keptBytes >= keepLimit }

  /// Drops everything that is not passed on yet, and all that still comes.
  func discard() {
    isDiscarding = true
    reorderBuffer?.takeHeld().forEach(release)
    target.discard()
  }

  /// The descriptors that must become writable before more can be passed on.
  var waiting: [CInt] { target.waiting }
}
