import DequeModule
import VimapBytes
import VimapSystem

/// What a pool keeps of one mapping: its inputs on their way in, and its results on their way out.
///
/// There is one reader of it. What is the reader's is touched in its calls only, and nobody else's
/// lock is held while it takes inputs; the rest is touched under the engine's lock.
@usableFromInline
final class Lane: @unchecked Sendable {
  // MARK: The reader's

  private var source: InputSource?
  private let batch = BatchWriter()
  /// A batch that is on its way to a worker.
  private var ready: KeptInputs?
  /// The input that was left behind the last batch.
  private var left: KeptInputs?
  /// What the reader is at.
  @usableFromInline let cursor = PieceCursor()
  /// Results of the cursor's piece that the engine has been told are handed out.
  private var toldOf = 0
  /// Why no more inputs come, where that is not their end.
  private var sourceFailure: (any Error)?

  // MARK: The engine's

  private var pieces: Deque<ResultPiece> = []
  /// Puts results into the order of the inputs, where that is wanted.
  private var order: ReorderBuffer<ResultPiece>?
  /// Bytes of inputs, by batch, whose results have not had their turn; only where there is one.
  private var waitingBytes: [UInt64: Int] = [:]
  private(set) var bytesWaiting = 0
  /// Bytes of results that are in no slab.
  private(set) var keptBytes = 0
  /// Inputs in batches or refused, and batches.
  private(set) var taken = 0
  private var batches: UInt64 = 0
  /// Inputs taken whose results have not been handed out.
  private(set) var unfinished = 0
  private(set) var isDiscarded = false
  /// No more comes from the source.
  private(set) var hasEnded = false
  /// Nothing comes from the source before it says so.
  private(set) var isSourceWaiting = false
  /// Something has come from it since inputs were last taken.
  private var hasArrival = false
  /// Some inputs have no answer of a worker's, as there is none left.
  var isShort = false
  /// When, by the engine's count, inputs were last taken.
  private(set) var lastTurn = 0
  /// At which of the engine's changes no inputs were wanted of it.
  var triedAt = -1
  /// It is being read.
  var isOpen = false
  var waiter: Waiter?

  init(_ source: InputSource, isOrdered: Bool) {
    self.source = source
    order = isOrdered ? ReorderBuffer(first: 0) : nil
  }

  // MARK: Inputs

  /// What ``fill(_:room:)`` came to.
  enum Filling {
    case batch(KeptInputs)
    case refused(KeptInputs, any Error)
    case nothing
  }

  /// Has told when more may come from the source; to be set before the first inputs are taken.
  func onArrival(_ tell: @escaping @Sendable () -> Void) { source?.onArrival(tell) }

  /// Takes inputs for a batch of at most `wanted`. Calls the program's own code, so no lock is
  /// held.
  func fill(_ wanted: Int, room: Int) -> Filling {
    if let ready { return .batch(ready) }
    if let kept = left, let refusal = batch.takeRefusal() {
      left = nil
      return .refused(kept, refusal)
    }
    guard left != nil || source != nil else { return .nothing }
    batch.beginBatch(wanted: wanted, room: room)
    let kept = left ?? source?.makeKept() ?? KeptInputs()
    left = nil
    if batch.takesMore { source?.pull(kept, batch) }
    if batch.leavesLast { left = kept.splitLast() }
    if batch.records > 0 {
      ready = kept
      return .batch(kept)
    }
    if let last = left, let refusal = batch.takeRefusal() {
      left = nil
      return .refused(last, refusal)
    }
    return .nothing
  }

  /// The batch that is ready: its bytes and how many inputs it is of.
  var readyBytes: ByteView { batch.bytes }
  var readyRecords: Int { batch.records }
  var isReady: Bool { ready != nil }
  func clearReady() { ready = nil }

  /// Under the engine's lock, behind ``fill(_:room:)``: notes what that found out.
  func noteFilling() {
    if isDiscarded { return }
    isSourceWaiting = batch.state == .waiting && left == nil && !hasArrival
    guard batch.state == .ended else { return }
    sourceFailure = batch.sourceFailure
    source = nil
    // What was left is a batch of its own.
    hasEnded = left == nil
  }

  /// Under the engine's lock, ahead of ``fill(_:room:)``.
  func noteTurn(_ turn: Int) {
    lastTurn = turn
    hasArrival = false
  }

  func noteArrival() {
    hasArrival = true
    isSourceWaiting = false
  }

  /// Inputs taken that are in no batch yet.
  var takenAhead: Int { (ready == nil ? 0 : batch.records) + (left == nil ? 0 : 1) }

  /// There may be inputs to be taken, without waiting.
  func mayTake(most: Int?, window: Int) -> Bool {
    if isDiscarded || hasEnded && ready == nil || isSourceWaiting && ready == nil { return false }
    if let most, unfinished >= most { return false }
    return (bytesWaiting < window || bytesWaiting == 0) && (keptBytes < window || pieces.isEmpty)
  }

  /// Inputs are in a batch, or refused. Gives them their place among those of the mapping.
  func enter(_ kept: KeptInputs, records: Int, bytes: Int) {
    kept.lane = self
    kept.first = taken
    kept.ordinal = batches
    taken += records
    unfinished += records
    batches += 1
    guard order != nil else { return }
    order?.expect(batch: kept.ordinal, records: records)
    waitingBytes[kept.ordinal] = bytes
    bytesWaiting += bytes
  }

  // MARK: Results

  /// - Returns: whether somebody is to be told that there is something new.
  func add(_ piece: ResultPiece, of kept: KeptInputs) {
    guard order != nil else { return append(piece) }
    order?.add(batch: kept.ordinal, records: piece.records, piece, emit: append) { ordinal in
      bytesWaiting -= waitingBytes.removeValue(forKey: ordinal) ?? 0
    }
  }

  private func append(_ piece: ResultPiece) {
    if !piece.isInSlab { keptBytes += piece.bytes.count }
    pieces.append(piece)
  }

  var hasResults: Bool { !pieces.isEmpty }

  func takeResults() -> ResultPiece? {
    guard let piece = pieces.popFirst() else { return nil }
    if !piece.isInSlab { keptBytes -= piece.bytes.count }
    return piece
  }

  /// Copies what lies in slabs of a worker's, so that it can go on.
  /// - Parameter all: also what is only to be read.
  /// - Returns: the pieces that are needed no more.
  func copyOut(of slot: Int, all: Bool) -> [ResultPiece] {
    var originals: [ResultPiece] = []
    func replacement(_ piece: ResultPiece) -> ResultPiece? {
      guard case .slab(slot, _) = piece.source else { return nil }
      originals.append(piece)
      return piece.copied()
    }
    order?.replaceHeld(replacement)
    if all {
      for index in pieces.indices {
        guard let copy = replacement(pieces[index]) else { continue }
        pieces[index] = copy
        keptBytes += copy.bytes.count
      }
    }
    return originals
  }

  /// Every input is taken and its result handed out.
  var isFinished: Bool {
    hasEnded && !isReady && unfinished == 0 && pieces.isEmpty
  }

  /// - Throws: what the sequence of inputs itself threw.
  func checkSource() throws { if let sourceFailure { throw sourceFailure } }

  // MARK: Handing out

  /// Results of inputs handed out since this was last asked.
  func takeHandedOut() -> Int {
    defer { toldOf = cursor.handedOut }
    return cursor.handedOut - toldOf
  }

  /// Gives up the piece at hand.
  func endPiece() -> ResultPiece? {
    toldOf = 0
    return cursor.endPiece()
  }

  func noteHandedOut(_ count: Int) { unfinished -= count }

  // MARK: Leaving

  /// Nothing more is wanted of it. Returns what it had, whose memory is to be given back.
  func discard() -> [ResultPiece] {
    isDiscarded = true
    hasEnded = true
    isSourceWaiting = false
    unfinished = 0
    var rest = order?.takeHeld() ?? []
    order = nil
    waitingBytes = [:]
    bytesWaiting = 0
    rest += pieces
    pieces = []
    keptBytes = 0
    return rest
  }

  /// Lets go of the inputs; the reader's, behind ``discard()``.
  func forgetInputs() {
    source?.stop()
    source = nil
    ready = nil
    left = nil
    batch.discard()
  }
}

extension ResultPiece {
  /// It keeps a worker from using its slab again.
  var isInSlab: Bool {
    if case .slab = source { true } else { false }
  }
}
