import DequeModule
import VimapBytes
import VimapCoding
import VimapSystem

/// The inputs of a batch, kept to stand beside the results and let go of as they are handed out.
class KeptInputs {
  /// Moves the last input to a list of its own.
  func splitLast() -> KeptInputs { KeptInputs() }
}

final class TypedInputs<Input>: KeptInputs {
  private var inputs: ContiguousArray<Input?> = []

  func append(_ input: Input) { inputs.append(input) }

  func take(_ index: Int) -> Input? {
    guard inputs.indices.contains(index) else { return nil }
    let input = inputs[index]
    inputs[index] = nil
    return input
  }

  override func splitLast() -> KeptInputs {
    let other = TypedInputs()
    if let last = inputs.popLast() { other.inputs.append(last) }
    return other
  }
}

/// What a source of inputs gave when it was asked for one.
enum PulledInput {
  /// It is in the list of kept inputs, and its bytes are in the buffer.
  case value
  /// It is kept, but cannot be encoded.
  case unsendable(any Error)
  case ended
}

/// One sequence of inputs, as a pool is given it.
protocol InputSource: AnyObject {
  /// An empty list for inputs of this source.
  func makeKept() -> KeptInputs
  /// Pulls the next input: puts it in `kept` and its encoded form into `buffer`.
  func pull(_ kept: KeptInputs, _ buffer: inout ByteBuffer) -> PulledInput
}

/// A sequence of inputs of which something of the type `Sent` goes to the workers.
final class SequenceSource<Inputs: IteratorProtocol, Sent: Codable>: InputSource {
  private var inputs: Inputs
  private let codec: ValueCodec<Sent>
  private let pretransform: (Inputs.Element) throws -> Sent

  init(
    _ inputs: Inputs, _ codec: ValueCodec<Sent>,
    pretransform: @escaping (Inputs.Element) throws -> Sent
  ) {
    self.inputs = inputs
    self.codec = codec
    self.pretransform = pretransform
  }

  func makeKept() -> KeptInputs { TypedInputs<Inputs.Element>() }

  func pull(_ kept: KeptInputs, _ buffer: inout ByteBuffer) -> PulledInput {
    guard let input = inputs.next() else { return .ended }
    unsafeDowncast(kept, to: TypedInputs<Inputs.Element>.self).append(input)
    do {
      try codec.encode(try pretransform(input), to: &buffer)
      return .value
    } catch {
      return .unsendable(error)
    }
  }
}

/// Feeds a pool with the values of sequences, one sequence after the other, taking no more from
/// them than the pool wants.
final class ValueFeed: Feed {
  private let slabs: InputSlabs
  private let retryWhen: (WorkerError) -> Bool
  private var sources: Deque<any InputSource> = []
  /// Inputs taken so far.
  private(set) var taken = 0

  private var slab: Int?
  private var filled = 0
  private var frame = ByteBuffer()
  /// An input that has been taken and did not fit into the last batch; its bytes are in `frame`.
  private var pending: (kept: KeptInputs, what: PulledInput)?

  init(slabs: InputSlabs, retryWhen: @escaping (WorkerError) -> Bool) {
    self.slabs = slabs
    self.retryWhen = retryWhen
  }

  func add(_ source: any InputSource) { sources.append(source) }

  /// No sequence is left that has not ended.
  var isExhausted: Bool { sources.isEmpty && pending == nil }

  /// Takes no more from any sequence.
  func discard() {
    sources.removeAll()
    pending = nil
  }

  var waitDescriptor: CInt? { nil }

  // MARK: Cutting

  func cut(records: Int) throws(SystemError) -> FeedCut {
    guard let (kept, what) = pending ?? pullFirst() else { return .idle }
    pending = (kept, what)
    if case .unsendable(let error) = what {
      pending = nil
      let failure = WorkerError(.unsendableInput, error, record: taken - 1, attempts: 0)
      return .answered(failure.framed(), inputs: kept)
    }
    if frame.count > slabs.size {
      let file = try MemoryFile()
      try file.append(frame.view)
      pending = nil
      return .batch(
        InputBatch(file: file, length: frame.count, place: place(taken - 1), inputs: kept))
    }
    guard let slab = slab(with: frame.count) else { return .noSlab }
    pending = nil
    return .batch(fill(slab, kept, records))
  }

  /// Pulls the first input of a batch.
  private func pullFirst() -> (KeptInputs, PulledInput)? {
    while let source = sources.first {
      let kept = source.makeKept()
      let what = pull(source, kept)
      if case .ended = what { continue }
      return (kept, what)
    }
    return nil
  }

  private func pull(_ source: any InputSource, _ kept: KeptInputs) -> PulledInput {
    Frame.begin(&frame)
    let what = source.pull(kept, &frame)
    if case .ended = what {
      sources.removeFirst()
    } else {
      taken += 1
    }
    Frame.end(&frame)
    return what
  }

  /// Puts the frame and those of further inputs into the slab, as one batch.
  private func fill(_ slab: Int, _ kept: KeptInputs, _ wanted: Int) -> InputBatch {
    let start = filled
    let first = taken - 1
    var records = 0
    var isFull = false
    while !isFull {
      slabs.memory.copy(frame.view, to: slabs.start(of: slab) + filled)
      filled += frame.count
      records += 1
      // Inputs of one list are all of one sequence.
      guard records < wanted, let source = sources.first else { break }
      let what = pull(source, kept)
      if case .ended = what { break }
      if case .value = what, filled + frame.count <= slabs.size { continue }
      pending = (kept.splitLast(), what)
      isFull = true
    }
    slabs.hold(slab)
    return InputBatch(
      slab: slab, offset: slabs.start(of: slab) + start, length: filled - start,
      records: records, place: place(first), inputs: kept)
  }

  /// The slab to put the next frames into; `nil` where none has room for `size` bytes.
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

  private func place(_ first: Int) -> InputPlace { InputPlace(index: first, line: 0, file: 0) }

  // MARK: Exceptions

  func compose(
    _ message: ToWorker, _ batch: InputBatch, _ cause: PoolState.Cause,
    _ body: (Int, Range<Int>, SharedBytes) -> Void
  ) {
    for record in message.firstRecord..<message.endRecord {
      body(record, 0..<0, WorkerError(cause, record: message.index + record).framed())
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
    Frame.end(&buffer)
  }

  init(framed bytes: ByteView) throws {
    let body = Frame.body(in: bytes, at: 0) ?? 0..<0
    self = try ValueDecoder().decode(
      WorkerError.self, from: bytes.slice(body.lowerBound, body.count))
  }

  fileprivate init(_ cause: PoolState.Cause, record: Int) {
    switch cause {
    case .workerDied(let seat, let end, let lastWords, let attempts):
      var text = "the worker's process \(end)"
      if !lastWords.isEmpty { text += ": \(lastWords)" }
      self.init(.died, text, record: record, attempts: attempts)
      worker = seat
      if case .killed(let number) = end { signal = number }
    case .timedOut(let seat, let attempts):
      self.init(
        .timedOut, "the worker took longer than its time limit", record: record,
        attempts: attempts)
      worker = seat
    case .cannotStart(let failure):
      self.init(.noWorker, "no worker is left: \(failure.message)", record: record)
    }
  }
}
