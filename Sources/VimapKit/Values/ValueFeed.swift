import DequeModule
import VimapBytes
import VimapCoding
import VimapSystem

/// Feeds a pool with the values of sequences, one sequence after the other, taking no more from
/// them than the pool wants.
final class ValueFeed: Feed {
  private let slabs: InputSlabs
  private let retryWhen: (WorkerError) -> Bool
  private var sources: Deque<InputSource> = []
  /// Inputs that are in batches, or refused.
  private var count = 0

  private var slab: Int?
  private var filled = 0
  private let batch = BatchWriter()
  /// A batch that is ready and has no slab to go to, and its inputs.
  private var ready: KeptInputs?
  /// The input that was left behind the last batch.
  private var left: KeptInputs?
  private var isDiscarded = false

  init(slabs: InputSlabs, retryWhen: @escaping (WorkerError) -> Bool) {
    self.slabs = slabs
    self.retryWhen = retryWhen
  }

  func add(_ source: InputSource) { sources.append(source) }

  /// Nothing is left to be taken from a sequence, or to be sent.
  var isExhausted: Bool { sources.isEmpty && ready == nil && left == nil }

  /// Takes no more from any sequence.
  func discard() {
    isDiscarded = true
    sources.removeAll()
    batch.discard()
    ready = nil
    left = nil
  }

  /// Inputs taken that are not in a batch yet.
  var takenAhead: Int { (ready == nil ? 0 : batch.records) + (left == nil ? 0 : 1) }

  // MARK: Cutting

  func cut(records: Int) throws(SystemError) -> FeedCut {
    if ready == nil, left == nil || batch.refusal == nil { ready = fill(records) }
    if let kept = ready {
      kept.first = count
      let cut = try send(kept)
      if case .noSlab = cut { return cut }
      ready = nil
      count += batch.records
      return cut
    }
    guard let kept = left, let refusal = batch.takeRefusal() else { return .idle }
    left = nil
    count += 1
    let failure = WorkerError(.unsendableInput, refusal, record: count - 1, attempts: 0)
    return .answered(failure.framed(), inputs: kept)
  }

  /// What has been taken and is not in a batch, and no more; `nil` where there is nothing.
  func cutTakenAhead() throws(SystemError) -> FeedCut? {
    if ready == nil, left != nil, batch.refusal == nil {
      batch.beginBatch(wanted: 1, room: slabs.size)
      ready = left
      left = nil
    }
    return takenAhead == 0 ? nil : try cut(records: 1)
  }

  /// Takes inputs for a batch of at most `records`. Returns them, or `nil` where there are none.
  private func fill(_ records: Int) -> KeptInputs? {
    batch.beginBatch(wanted: records, room: slabs.size)
    while let source = sources.first {
      // What was left is of this sequence too, since it was not seen to end.
      let kept = left ?? source.makeKept()
      left = nil
      batch.sourceHasEnded = false
      if batch.takesMore { source.pull(kept, batch) }
      if batch.leavesLast, !isDiscarded { left = kept.splitLast() }
      // The sequence itself may have closed the pool.
      if isDiscarded { return nil }
      if batch.sourceHasEnded { sources.removeFirst() }
      if batch.records > 0 { return kept }
      if left != nil { return nil }
    }
    return nil
  }

  private func send(_ kept: KeptInputs) throws(SystemError) -> FeedCut {
    let bytes = batch.bytes
    let place = InputPlace(index: count, line: 0, file: 0)
    if bytes.count > slabs.size {
      let file = try MemoryFile()
      try file.append(bytes)
      return .batch(InputBatch(file: file, length: bytes.count, place: place, inputs: kept))
    }
    guard let slab = slab(with: bytes.count) else { return .noSlab }
    let start = slabs.start(of: slab) + filled
    slabs.memory.copy(bytes, to: start)
    filled += bytes.count
    slabs.hold(slab)
    return .batch(
      InputBatch(
        slab: slab, offset: start, length: bytes.count, records: batch.records, place: place,
        inputs: kept))
  }

  /// The slab to put the next batch into; `nil` where none has room for `size` bytes.
  private func slab(with size: Int) -> Int? {
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

  // MARK: Exceptions

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, ExceptionTuple) -> Void
  ) {
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

extension WorkerError {
  /// As it travels.
  func framed() -> SharedBytes {
    var buffer = ByteBuffer()
    frame(in: &buffer)
    return SharedBytes(copying: buffer.view)
  }

  func frame(in buffer: inout ByteBuffer) {
    Frame.begin(&buffer)
    // It is made of texts and numbers, which can always be encoded.
    try? ValueEncoder().encode(self, to: &buffer)
    _ = Frame.end(&buffer)
  }

  init(framed bytes: ByteView) throws {
    let body = Frame.body(in: bytes, at: 0) ?? 0..<0
    self = try ValueDecoder().decode(
      WorkerError.self, from: bytes.slice(body.lowerBound, body.count))
  }

  fileprivate init(_ cause: PoolState.Cause, record: Int) {
    switch cause {
    case .workerDied(let slot, let end, let exitMessage, let attempts):
      var text = "the worker's process \(end)"
      if !exitMessage.isEmpty { text += ": \(exitMessage)" }
      self.init(.died, text, record: record, attempts: attempts)
      worker = slot
      if case .killed(let number) = end { signal = number }
    case .timedOut(let slot, let attempts):
      self.init(
        .timedOut, "the worker took longer than its time limit", record: record,
        attempts: attempts)
      worker = slot
    case .cancelled(let attempts, _, _):
      self.init(.noWorker, "the pool was stopped", record: record, attempts: attempts)
    case .unpaired:
      self.init(.noWorker, "the worker's outputs and inputs did not match up", record: record)
    case .cannotStart(let failure):
      self.init(.noWorker, "no worker is left: \(failure.message)", record: record)
    }
  }
}
