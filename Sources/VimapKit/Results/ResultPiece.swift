import VimapBytes
import VimapSystem

/// Finished tuples on their way to the output, and what has to be let go when they are written.
package struct ResultPiece {
  enum Source {
    /// A worker's result slab.
    case slab(slot: Int, slab: Int)
    /// Memory of the piece's own.
    case own(SharedBytes)
    /// A file that a worker passed over.
    case file(SharedMemory)
  }

  package var bytes: ByteView
  package var kind: Run.Kind
  var source: Source
  /// What it answers.
  package internal(set) var batch: UInt64
  package internal(set) var records: Range<Int>
  /// The batch's inputs, where they are kept to stand beside the results.
  var inputs: AnyObject?

  /// The same tuples in memory of their own.
  func copied() -> ResultPiece {
    let box = SharedBytes(copying: bytes)
    var copy = self
    copy.bytes = box.bytes
    copy.source = .own(box)
    return copy
  }
}
