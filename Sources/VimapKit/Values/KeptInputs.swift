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

  /// Lets go of those that have not been handed out.
  @usableFromInline
  func forget() {}
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

  @usableFromInline
  override func forget() { slots.removeAll() }
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
