import VimapBytes
import VimapJSON
import VimapSystem

/// Where results end up.
package protocol ResultTarget: AnyObject {
  /// Takes a piece over, in the order that results are to have.
  func add(_ piece: ResultPiece)
  /// Passes on what it can without waiting, and hands every piece it is done with to `done`.
  func flush(_ done: (ResultPiece) -> Void) throws(SystemError)
  /// Gives up all it holds.
  func discard()
  /// Descriptors that have to take more before it can go on.
  var waiting: [CInt] { get }
}

/// The way of results from the workers to where they are wanted: into order where that is asked
/// for, counted, passed on, and their memory given back.
final class ResultFlow {
  private let target: any ResultTarget
  private var reorderBuffer: ReorderBuffer<ResultPiece>?
  private(set) var outputs = 0
  private(set) var exceptionCount = 0
  /// Bytes that are held in no slab: copied so that a worker could go on, or in files of their own.
  private var keptBytes = 0
  private let keepLimit: Int
  private var isDiscarding = false

  /// Told of every piece of a slab that is not needed any more.
  var onRelease: (_ slot: Int, _ slab: Int) -> Void = { _, _ in }
  /// Told of every batch whose results are all on their way out.
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

  /// Takes in an exception that no record is charged with, and that waits for no turn.
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
  /// - Returns: the records that they answered, which are to be answered anew.
  func takeBack(_ batch: UInt64, _ records: Range<Int>) -> [Range<Int>] {
    let pieces = reorderBuffer?.takeHeld(batch, records) { $0.kind == .outputs } ?? []
    for piece in pieces {
      outputs -= piece.records.count
      release(piece)
    }
    return pieces.map(\.records)
  }

  // MARK: Order

  /// The batch whose results come next, where there is an order to keep.
  var head: UInt64? { reorderBuffer?.head }

  /// The record whose result comes next, where there is an order to keep.
  var awaited: (batch: UInt64, record: Int)? { reorderBuffer?.awaited }

  /// Copies what is held of a worker's results out of its slabs, so that it can go on.
  ///
  /// - Parameter limit: most bytes to hold in copies; `nil` for the worker that everybody else
  ///   waits for.
  func spill(_ slot: Int, limit: Int?) {
    if let limit, keptBytes >= limit { return }
    reorderBuffer?.replaceHeld { piece in
      guard case .slab(slot, let slab) = piece.source else { return nil }
      // Copied first: once it is let go of, the worker may write to the slab at any moment.
      let copy = piece.copied()
      keptBytes += piece.bytes.count
      onRelease(slot, slab)
      return copy
    }
  }

  /// Takes in a result in memory of its own, which is not copied from a slab.
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

  /// Passes on what can be without waiting.
  func flush() throws(SystemError) { try target.flush(release) }

  /// So much is held that no more should be read.
  var isClogged: Bool { keptBytes >= keepLimit }

  /// Gives up what is not passed on yet, and whatever else comes.
  func discard() {
    isDiscarding = true
    reorderBuffer?.takeHeld().forEach(release)
    target.discard()
  }

  /// What has to be waited for before more can be passed on.
  var waiting: [CInt] { target.waiting }
}
