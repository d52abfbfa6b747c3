import VimapBytes
import VimapSystem

/// Finished tuples on their way to the output, and what to release when they are written.
package struct ResultPiece {
  enum Source {
    /// A worker's result slab.
    case slab(slot: Int, slab: Int)
    /// Memory that belongs to the piece.
    case own(SharedBytes)
    /// A file that a worker has passed to the parent.
    case file(SharedMemory)
  }

  package var bytes: ByteView
  package var kind: Run.Kind
  var source: Source
  /// The records that it answers.
  package internal(set) var batch: UInt64
  package internal(set) var records: Range<Int>
  /// The inputs of the batch, if they are kept to stand beside the results.
  var inputs: AnyObject?

  /// A copy of the tuples, in memory that belongs to the copy.
  func copied() -> ResultPiece {
    let box = SharedBytes(copying: bytes)
    var copy = self
    copy.bytes = box.bytes
    copy.source = .own(box)
    return copy
  }
}
