import DequeModule
import VimapBytes
import VimapSystem

/// Pieces of results on their way to whoever wants them, in the memory that the workers wrote them
/// to.
final class ResultQueue: ResultTarget {
  private var pieces: Deque<ResultPiece> = []
  /// Pieces that are read to their end.
  private var read: [ResultPiece] = []

  func add(_ piece: ResultPiece) { pieces.append(piece) }

  func flush(_ done: (ResultPiece) -> Void) {
    for piece in read { done(piece) }
    read.removeAll(keepingCapacity: true)
  }

  func discard() {
    read += pieces
    pieces.removeAll()
  }

  var waiting: [CInt] { [] }

  var isEmpty: Bool { pieces.isEmpty }

  func next() -> ResultPiece? { pieces.popFirst() }

  /// A piece has been read to its end.
  func release(_ piece: ResultPiece) { read.append(piece) }
}
