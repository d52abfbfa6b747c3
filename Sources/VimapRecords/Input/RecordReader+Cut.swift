import VimapKit

extension RecordReader {
  /// What ``cut(records:)`` came to.
  enum Cut {
    case batch(InputBatch)
    case rejected(RejectedLine)
    /// The input has nothing yet. ``waitDescriptor`` becomes readable when it has.
    case waiting
    /// There is more to read at once, but others must get their turn. Otherwise an endless line, or
    /// endless blank lines, would make them wait for ever.
    case more
    /// There is no free slab.
    case noSlab
    case ended
  }
}
