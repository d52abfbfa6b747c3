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

extension PoolState.Cause {
  /// No worker has answered, nor will.
  var isLoss: Bool {
    switch self {
    case .workerDied, .timedOut: false
    case .cannotStart, .cancelled, .unpaired: true
    }
  }
}

extension PoolDriver {
  /// What the workers can use.
  func demandOfLanes() -> PoolState.Demand? {
    defer { performActions() }
    return nextDemand(mayRead: !flow.isClogged)
  }
}
