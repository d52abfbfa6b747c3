public import VimapBytes

/// The inputs of a batch, kept to stand beside the results and let go of as they are handed out.
@usableFromInline
class KeptInputs {
  /// The number of the first among all that the pool was given.
  @usableFromInline var first = 0

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
  private var lists: [Slots<Input>] = []

  private static var most: Int { 8 }

  @usableFromInline init() {}

  func take() -> Slots<Input> { lists.popLast() ?? Slots() }

  func give(_ slots: Slots<Input>) {
    slots.removeAll()
    if lists.count < Self.most { lists.append(slots) }
  }
}

/// A sequence of inputs, as a pool is given it.
///
/// It is closures, made where the types are known, so that what is done with every input is
/// compiled for them.
@usableFromInline
struct InputSource {
  /// Makes an empty list for its inputs.
  @usableFromInline let makeKept: () -> KeptInputs
  /// Takes inputs: puts each into the list and, encoded, into the batch, as long as that takes
  /// more.
  @usableFromInline let pull: (KeptInputs, BatchWriter) -> Void

  @inlinable
  init<Inputs: IteratorProtocol, Form: SentForm>(_ inputs: Inputs, as form: Form)
  where Form.Input == Inputs.Element {
    var inputs = inputs
    let spares = SpareSlots<Inputs.Element>()
    makeKept = { TypedInputs(spares) }
    pull = { kept, batch in
      let slots = unsafeDowncast(kept, to: TypedInputs<Inputs.Element>.self).slots
      slots.reserve(batch.roomForRecords)
      while batch.takesMore {
        guard let input = inputs.next() else {
          batch.sourceHasEnded = true
          return
        }
        batch.begin()
        var refusal: (any Error)?
        do { try form.encode(input, to: &batch.frames) } catch { refusal = error }
        slots.append(consume input)
        if let refusal { batch.refuse(refusal) } else { batch.end() }
      }
    }
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
  @usableFromInline let codec: ValueCodec<Input>

  @inlinable
  init(_ codec: ValueCodec<Input>) { self.codec = codec }

  @inlinable
  func encode(_ input: Input, to buffer: inout ByteBuffer) throws {
    try codec.encode(input, to: &buffer)
  }
}

/// As what is made of them.
@usableFromInline
struct SentTransformed<Input, Sent: Codable>: SentForm {
  @usableFromInline let codec: ValueCodec<Sent>
  @usableFromInline let transform: (Input) throws -> Sent

  @inlinable
  init(_ codec: ValueCodec<Sent>, _ transform: @escaping (Input) throws -> Sent) {
    self.codec = codec
    self.transform = transform
  }

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
  @usableFromInline var sourceHasEnded = false
  @exclusivity(unchecked) @usableFromInline var takesMore = false
  /// Inputs in the batch.
  @exclusivity(unchecked) @usableFromInline var records = 0
  /// Where the batch ends in `frames`; behind it is an input that did not fit.
  @exclusivity(unchecked) @usableFromInline var length = 0
  /// Why the last input taken cannot be sent; it is not in the batch.
  private(set) var refusal: (any Error)?

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
    sourceHasEnded = false
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
