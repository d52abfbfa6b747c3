import VimapBytes
import VimapSystem

/// What a driver whose inputs come from lanes says about them: they are not read by the driver but
/// given to it.
final class LaneFeed: Feed {
  private let retryWhen: @Sendable (WorkerError) -> Bool

  init(retryWhen: @escaping @Sendable (WorkerError) -> Bool) { self.retryWhen = retryWhen }

  /// What it waits for is no descriptor.
  func cut(records: Int) -> FeedCut { .waiting }

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, ExceptionTuple) -> Void
  ) {
    if cause.isLoss { (batch.inputs as? KeptInputs)?.lane?.isShort = true }
    for record in message.firstRecord..<message.endRecord {
      let error = WorkerError(cause, record: message.index + record)
      body(record, 0..<0, ExceptionTuple(bytes: error.framed()))
    }
  }

  func isWorthRetry(_ exception: ByteView) -> Bool {
    guard let failure = try? WorkerError(framed: exception) else { return false }
    return failure.kind == .thrown && retryWhen(failure)
  }
}

/// Results on their way to the lanes they are of, in the memory that the workers wrote them to.
final class LaneResults: ResultTarget {
  /// Pieces that are read to their end, or that nobody wants.
  private var done: [ResultPiece] = []
  /// Told of results of inputs that nobody wants any more.
  var onUnwanted: (Int) -> Void = { _ in }
  /// Told of each worker that could not be set up.
  var onFailedStart: (WorkerError) -> Void = { _ in }

  func add(_ piece: ResultPiece) {
    guard let kept = piece.inputs as? KeptInputs, let lane = kept.lane else {
      if let error = try? WorkerError(framed: piece.bytes) { onFailedStart(error) }
      return done.append(piece)
    }
    if lane.isDiscarded {
      done.append(piece)
      return onUnwanted(piece.records.count)
    }
    lane.add(piece, of: kept)
    // What lies in no slab is the lane's business from here on.
    if !piece.isInSlab { done.append(piece) }
  }

  func flush(_ release: (ResultPiece) -> Void) {
    for piece in done { release(piece) }
    done.removeAll(keepingCapacity: true)
  }

  /// A piece is needed no more.
  func release(_ piece: ResultPiece) { if piece.isInSlab { done.append(piece) } }

  func discard() {}
  var waiting: [CInt] { [] }
}

/// The slabs that batches of lanes are put into.
struct BatchPlaces {
  private let slabs: InputSlabs
  private var slab: Int?
  private var filled = 0

  /// Ahead of each batch is a word that says whether it is still wanted.
  static let headSize = 8

  init(_ slabs: InputSlabs) { self.slabs = slabs }

  /// Most bytes of a batch that has more than one input.
  var room: Int { slabs.size - Self.headSize }

  /// Puts a batch where a worker finds it; `nil` where there is no room for now.
  mutating func place(
    _ bytes: ByteView, records: Int, index: Int, _ kept: KeptInputs
  ) throws(SystemError) -> InputBatch? {
    let place = InputPlace(index: index, line: 0, file: 0)
    if bytes.count > room {
      let file = try MemoryFile()
      try file.append(bytes)
      return InputBatch(file: file, length: bytes.count, place: place, inputs: kept)
    }
    guard let slab = slab(with: Self.headSize + bytes.count) else { return nil }
    let start = slabs.start(of: slab) + filled
    slabs.memory.storeWord(0, at: start)
    slabs.memory.copy(bytes, to: start + Self.headSize)
    // Heads are whole words.
    filled += (Self.headSize + bytes.count + 7) & ~7
    slabs.hold(slab)
    return InputBatch(
      slab: slab, offset: start + Self.headSize, length: bytes.count, records: records,
      place: place, inputs: kept)
  }

  /// Says that a batch is not wanted any more, where somebody may look.
  func drop(_ batch: InputBatch) {
    if batch.file == nil { slabs.memory.storeWord(1, at: batch.offset - Self.headSize) }
  }

  private mutating func slab(with size: Int) -> Int? {
    if let slab {
      if slabs.hasOneUser(slab) { filled = 0 }
      if filled + size <= slabs.size { return slab }
    }
    guard let next = slabs.take() else { return nil }
    if let slab { slabs.letGo(slab) }
    slab = next
    filled = 0
    return next
  }
}

extension PoolState.Cause {
  /// No worker has answered, nor will.
  var isLoss: Bool {
    switch self {
    case .workerDied, .timedOut: false
    case .cannotStart, .cancelled, .unpaired: true
    }
  }
}
