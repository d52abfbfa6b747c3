public import VimapBytes

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
