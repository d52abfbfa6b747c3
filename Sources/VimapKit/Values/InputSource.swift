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
  // Unchecked: an input that is let go of has no way back here.
  @exclusivity(unchecked) @usableFromInline var inputs: ContiguousArray<Input?> = []

  @inlinable override init() { super.init() }

  @inlinable
  func take(_ index: Int) -> Input? {
    guard inputs.indices.contains(index) else { return nil }
    // Moved out rather than copied.
    var input: Input?
    swap(&input, &inputs[index])
    return input
  }

  @usableFromInline
  override func splitLast() -> KeptInputs {
    let other = TypedInputs()
    if let last = inputs.popLast() { other.inputs.append(last) }
    return other
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
  /// Takes inputs: puts each into the list and, encoded, into the batch, as long as that takes more.
  @usableFromInline let pull: (KeptInputs, BatchWriter) -> Void

  @inlinable
  init<Inputs: IteratorProtocol>(_ inputs: Inputs, _ codec: ValueCodec<Inputs.Element>)
  where Inputs.Element: Codable {
    self.init(inputs) { input, buffer in try codec.encode(input, to: &buffer) }
  }

  @inlinable
  init<Inputs: IteratorProtocol, Sent: Codable>(
    _ inputs: Inputs, _ codec: ValueCodec<Sent>,
    pretransform: @escaping (Inputs.Element) throws -> Sent
  ) {
    self.init(inputs) { input, buffer in try codec.encode(try pretransform(input), to: &buffer) }
  }

  /// - Parameter encode: appends an input as it is to be sent.
  @inlinable @inline(__always)
  init<Inputs: IteratorProtocol>(
    _ inputs: Inputs, encode: @escaping (Inputs.Element, inout ByteBuffer) throws -> Void
  ) {
    var inputs = inputs
    makeKept = { TypedInputs<Inputs.Element>() }
    pull = { kept, batch in
      let kept = unsafeDowncast(kept, to: TypedInputs<Inputs.Element>.self)
      kept.inputs.reserveCapacity(batch.roomForRecords)
      while batch.takesMore {
        guard let input = inputs.next() else {
          batch.sourceHasEnded = true
          return
        }
        batch.begin()
        do {
          try encode(input, &batch.frames)
          kept.inputs.append(input)
          batch.end()
        } catch {
          kept.inputs.append(input)
          batch.refuse(error)
        }
      }
    }
  }
}

/// Puts encoded inputs together to a batch.
@usableFromInline
final class BatchWriter {
  /// Encoded inputs, as they are to lie in a slab.
  // Unchecked, as a value that is being encoded cannot get at it.
  @exclusivity(unchecked) @usableFromInline var frames = ByteBuffer()
  @usableFromInline var sourceHasEnded = false
  @exclusivity(unchecked) @usableFromInline private(set) var takesMore = false
  /// Inputs in the batch.
  private(set) var records = 0
  /// Where the batch ends in `frames`; behind it is an input that did not fit.
  private(set) var length = 0
  /// Why the last input taken cannot be sent; it is not in the batch.
  private(set) var refusal: (any Error)?

  /// About how many inputs the batch will be of.
  @usableFromInline var roomForRecords: Int { min(wanted, 4096) }

  private var wanted = 0
  private var room = 0
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
  @usableFromInline
  func end() {
    guard Frame.end(&frames, from: frameStart) else { return refuse(ValueTooLarge()) }
    if frames.count > room, records > 0 {
      takesMore = false
      return
    }
    length = frames.count
    records += 1
    if records == wanted || length >= room { takesMore = false }
  }

  /// Ends an input that cannot be encoded.
  @usableFromInline
  func refuse(_ error: any Error) {
    frames.truncate(to: frameStart)
    refusal = error
    takesMore = false
  }
}
