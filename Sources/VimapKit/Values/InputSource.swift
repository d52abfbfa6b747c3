public import VimapBytes
import VimapSystem

/// The inputs of a batch, kept to stand beside the results and let go of as they are handed out.
@usableFromInline
class KeptInputs {
  /// The number of the first among all of the mapping, and the batch's number among its batches.
  @usableFromInline var first = 0
  var ordinal: UInt64 = 0
  /// The mapping they are of.
  var lane: Lane?

  @inlinable init() {}

  /// Moves the last input to a list of its own.
  @usableFromInline
  func splitLast() -> KeptInputs { KeptInputs() }
}

@usableFromInline
final class TypedInputs<Input>: KeptInputs {
  @usableFromInline let slots: Slots<Input>
  private let spares: SpareSlots<Input>

  @usableFromInline
  init(_ spares: SpareSlots<Input>) {
    self.spares = spares
    slots = spares.take()
    super.init()
  }

  deinit { spares.give(slots) }

  @usableFromInline
  override func splitLast() -> KeptInputs {
    let other = TypedInputs(spares)
    if let last = slots.removeLast() { other.slots.append(last) }
    return other
  }
}

/// Lists of a sequence's inputs that are used again, since they are in memory already.
@usableFromInline
final class SpareSlots<Input> {
  // Lists come back from whichever thread lets go of a batch last.
  private let lock = Lock()
  private var lists: [Slots<Input>] = []

  private static var most: Int { 8 }

  @usableFromInline init() {}

  func take() -> Slots<Input> { lock.withLock { lists.popLast() } ?? Slots() }

  func give(_ slots: Slots<Input>) {
    slots.removeAll()
    lock.withLock { if lists.count < Self.most { lists.append(slots) } }
  }
}

/// Inputs, as a pool is given them.
///
/// It is closures, made where the types are known, so that what is done with every input is
/// compiled for them.
@usableFromInline
struct InputSource {
  /// Makes an empty list for its inputs.
  @usableFromInline let makeKept: () -> KeptInputs
  /// Takes inputs: puts each into the list and, encoded, into the batch, as long as that takes
  /// more; or says there why it stopped before.
  @usableFromInline let pull: (KeptInputs, BatchWriter) -> Void
  /// Is told whom to call when there may be more, behind a ``BatchWriter/State/waiting``.
  @usableFromInline var onArrival: (@escaping @Sendable () -> Void) -> Void = { _ in }
  /// No more is wanted.
  @usableFromInline var stop: () -> Void = {}

  @inlinable
  init<Supply: InputSupply, Form: SentForm>(_ supply: Supply, as form: Form)
  where Form.Input == Supply.Input {
    var supply = supply
    let spares = SpareSlots<Supply.Input>()
    makeKept = { TypedInputs(spares) }
    pull = { kept, batch in
      let slots = unsafeDowncast(kept, to: TypedInputs<Supply.Input>.self).slots
      slots.reserve(batch.roomForRecords)
      while batch.takesMore {
        guard let input = supply.next(batch) else { return }
        batch.begin()
        var refusal: (any Error)?
        do { try form.encode(input, to: &batch.frames) } catch { refusal = error }
        slots.append(consume input)
        if let refusal { batch.refuse(refusal) } else { batch.end() }
      }
    }
  }

  /// The elements of a sequence.
  @inlinable
  init<Inputs: IteratorProtocol, Form: SentForm>(_ inputs: Inputs, as form: Form)
  where Form.Input == Inputs.Element { self.init(SequenceSupply(inputs), as: form) }

  /// What a closure gives until it gives `nil` or throws.
  @inlinable
  init<Form: SentForm>(reading next: @escaping () throws -> Form.Input?, as form: Form) {
    self.init(ReaderSupply(next), as: form)
  }

  /// What a task puts into a store.
  @inlinable
  init<Form: SentForm>(_ arrivals: Arrivals<Form.Input>, as form: Form)
  where Form.Input: Sendable {
    self.init(ArrivalSupply(arrivals), as: form)
    onArrival = { arrivals.onArrival($0) }
    stop = { arrivals.stop() }
  }
}

/// Where inputs are taken from, one by one.
@usableFromInline
protocol InputSupply<Input> {
  associatedtype Input

  /// Takes the next input, or says in the batch why there is none.
  mutating func next(_ batch: BatchWriter) -> Input?
}

@usableFromInline
struct SequenceSupply<Inputs: IteratorProtocol>: InputSupply {
  @usableFromInline var inputs: Inputs

  @inlinable
  init(_ inputs: Inputs) { self.inputs = inputs }

  @inlinable
  mutating func next(_ batch: BatchWriter) -> Inputs.Element? {
    let input = inputs.next()
    if input == nil { batch.state = .ended }
    return input
  }
}

@usableFromInline
struct ReaderSupply<Input>: InputSupply {
  @usableFromInline let read: () throws -> Input?

  @inlinable
  init(_ read: @escaping () throws -> Input?) { self.read = read }

  @inlinable
  func next(_ batch: BatchWriter) -> Input? {
    do {
      if let input = try read() { return input }
    } catch {
      batch.sourceFailure = error
    }
    batch.state = .ended
    return nil
  }
}

@usableFromInline
struct ArrivalSupply<Input: Sendable>: InputSupply {
  @usableFromInline let arrivals: Arrivals<Input>

  @inlinable
  init(_ arrivals: Arrivals<Input>) { self.arrivals = arrivals }

  @inlinable
  func next(_ batch: BatchWriter) -> Input? {
    switch arrivals.take(wanted: batch.left) {
    case .input(let input): return input
    case .nothing: batch.state = .waiting
    case .end(let failure):
      batch.sourceFailure = failure
      batch.state = .ended
    }
    return nil
  }
}

/// In what form the inputs of a sequence are sent.
@usableFromInline
protocol SentForm<Input> {
  associatedtype Input

  /// Appends an input as it is to be sent.
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws
}

/// As they are.
@usableFromInline
struct SentAsIs<Input: Codable>: SentForm {
  // Each has its own, as several may be used at once.
  @usableFromInline let codec = ValueCodec<Input>()

  @inlinable init() {}

  @inlinable
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws {
    try codec.encode(input, to: &buffer)
  }
}

/// Lines of JSON, as what they say.
@usableFromInline
struct SentAsJSON: SentForm {
  /// Whether whoever gets them has to be told that they are JSON.
  private let isMarked: Bool

  @usableFromInline
  init<Sent: Codable>(for sent: Sent.Type) {
    isMarked = sent != JSONLine.self && sent != JSONValue.self
  }

  @usableFromInline
  func encode(_ line: JSONLine, to buffer: inout ByteBuffer) throws {
    if isMarked { buffer.append(JSONMark.byte) }
    buffer.append(line.bytes)
  }
}

/// As what is made of them.
@usableFromInline
struct SentTransformed<Input, Sent: Codable>: SentForm {
  @usableFromInline let codec = ValueCodec<Sent>()
  @usableFromInline let transform: (Input) throws -> Sent

  @inlinable
  init(_ transform: @escaping (Input) throws -> Sent) { self.transform = transform }

  @inlinable
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws {
    try codec.encode(try transform(input), to: &buffer)
  }
}

/// Puts encoded inputs together to a batch.
@usableFromInline
final class BatchWriter {
  /// Encoded inputs, as they are to lie in a slab.
  // Unchecked, as a value that is being encoded cannot get at it.
  @exclusivity(unchecked) @usableFromInline var frames = ByteBuffer()
  /// How it goes on behind the inputs that were taken.
  @usableFromInline enum State { case open, waiting, ended }
  @exclusivity(unchecked) @usableFromInline var state = State.open
  /// Why inputs cannot be taken any more.
  @usableFromInline var sourceFailure: (any Error)?
  @exclusivity(unchecked) @usableFromInline var takesMore = false
  /// Inputs in the batch.
  @exclusivity(unchecked) @usableFromInline var records = 0
  /// Where the batch ends in `frames`; behind it is an input that did not fit.
  @exclusivity(unchecked) @usableFromInline var length = 0
  /// Why the last input taken cannot be sent; it is not in the batch.
  private(set) var refusal: (any Error)?

  /// How many inputs more may be taken.
  @usableFromInline var left: Int { wanted - records }

  /// About how many inputs the batch will be of.
  @usableFromInline var roomForRecords: Int { min(wanted, 4096) }

  @exclusivity(unchecked) @usableFromInline var wanted = 0
  @exclusivity(unchecked) @usableFromInline var room = 0
  @exclusivity(unchecked) @usableFromInline var frameStart = 0

  /// Begins a batch of at most `wanted` inputs and, where that is more than one, `room` bytes. What
  /// did not fit into the batch before is its first.
  func beginBatch(wanted: Int, room: Int) {
    let left = hasLeftover
    frames.removeFirst(length)
    length = 0
    records = 0
    refusal = nil
    if state == .waiting { state = .open }
    self.wanted = wanted
    self.room = room
    takesMore = true
    if left {
      frameStart = 0
      end()
    }
  }

  /// The batch.
  var bytes: ByteView { frames.view.head(length) }

  func takeRefusal() -> (any Error)? {
    defer { refusal = nil }
    return refusal
  }

  /// There is an input behind the batch that did not fit.
  private var hasLeftover: Bool { frames.count > length }

  /// The last input taken is not in the batch.
  var leavesLast: Bool { hasLeftover || refusal != nil }

  func discard() {
    frames.removeAll()
    length = 0
    refusal = nil
  }

  /// Begins an input.
  @inlinable
  func begin() {
    frameStart = frames.count
    frames.append(native: UInt32(0))
  }

  /// Ends an input that has been encoded.
  @inlinable
  func end() {
    guard Frame.end(&frames, from: frameStart) else { return refuseTooLarge() }
    if frames.count > room, records > 0 {
      takesMore = false
      return
    }
    length = frames.count
    records += 1
    if records == wanted || length >= room { takesMore = false }
  }

  @usableFromInline
  func refuseTooLarge() { refuse(ValueTooLarge()) }

  /// Ends an input that cannot be encoded.
  @usableFromInline
  func refuse(_ error: any Error) {
    frames.truncate(to: frameStart)
    refusal = error
    takesMore = false
  }
}
