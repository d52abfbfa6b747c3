public import VimapBytes

/// Goes through the results in a piece, one after the other.
@usableFromInline
final class PieceCursor {
  private(set) var piece: ResultPiece?
  // These are read and written for each result. Unchecked, as nothing is called meanwhile.

  /// The next result's number in its batch, and that behind the last.
  @exclusivity(unchecked) @usableFromInline var index = 0
  @exclusivity(unchecked) @usableFromInline var end = 0
  /// Where to stop next, so that the workers are looked after in time.
  @exclusivity(unchecked) @usableFromInline var pause = 0
  @exclusivity(unchecked) @usableFromInline var offset = 0
  @exclusivity(unchecked) @usableFromInline var bytes = ByteView.empty
  @exclusivity(unchecked) @usableFromInline var isException = false
  /// The inputs of the batch.
  @exclusivity(unchecked) @usableFromInline var kept: KeptInputs?
  /// The bytes in memory that stays, made when it is first asked for.
  private var copy: StayingBytes?
  private var arena = BlockArena()

  /// How many results are handed out before somebody looks whether the workers need anything.
  private static let stride = 32

  /// Whether a result can be handed out without further ado.
  @inlinable var hasMore: Bool { index < pause }

  /// Whether the piece is read to its end.
  var isAtEnd: Bool { index == end }

  /// Results handed out since the piece was begun, and those left in it.
  var handedOut: Int { index - (piece?.records.lowerBound ?? index) }
  var left: Int { end - index }

  func begin(_ piece: ResultPiece) {
    self.piece = piece
    index = piece.records.lowerBound
    end = piece.records.upperBound
    offset = 0
    bytes = piece.bytes
    isException = piece.kind == .exception
    kept = piece.inputs as? KeptInputs
    copy = nil
    goOn()
  }

  /// Lets some more results be handed out.
  func goOn() { pause = min(end, index + Self.stride) }

  /// Ends the piece and gives it up.
  func endPiece() -> ResultPiece? {
    defer {
      piece = nil
      index = 0
      end = 0
      pause = 0
      bytes = .empty
      kept = nil
      copy = nil
    }
    return piece
  }

  /// Where the next result's value is; `nil` where what the worker wrote is damaged.
  @inlinable
  func body() -> Range<Int>? { Frame.body(in: bytes, at: offset) }

  /// Goes on to the next result. Returns where its value is; `nil` where what the worker wrote is
  /// damaged.
  @inlinable
  func nextBody() -> Range<Int>? {
    let body = body()
    pass(body)
    return body
  }

  @inlinable
  func pass(_ body: Range<Int>?) {
    index += 1
    offset = body?.upperBound ?? bytes.count
  }

  /// The piece's bytes in memory that whoever asks can keep.
  func stayingBytes() -> StayingBytes {
    if let copy { return copy }
    let made = arena.place(bytes)
    copy = made
    return made
  }
}
