import VimapBytes
import VimapSystem

/// The run at the end of a worker's table of results, while it is made longer by one output after
/// the other: what a worker that answers in order does for each record.
///
/// A ``ResultSlabWriter`` gives it out, and has to be told what became of it before anything else
/// is asked of the writer.
struct ResultStretch {
  /// The batch whose records it answers, and the record that it would answer next.
  let batch: UInt64
  private(set) var next: Int
  /// How many records it answers, with how many bytes, and where it says so.
  private(set) var count: Int
  private(set) var length: Int
  private let extent: SharedWord
  private var cursor: MemoryCursor

  init(_ run: Run, extent: SharedWord, _ cursor: MemoryCursor) {
    batch = run.batch
    next = run.records.upperBound
    count = run.recordCount
    length = run.length
    self.extent = extent
    self.cursor = cursor
  }

  /// Bytes written since it was given out.
  var written: Int { cursor.count }

  /// Answers the record, if that is the next and there is room.
  /// - Parameter bytes: the output; behind a head that says how long it is, where `isFramed` is
  ///   false.
  mutating func add(
    _ bytes: ByteView, isFramed: Bool, to record: Int, of batch: UInt64
  ) -> Bool {
    let head = isFramed ? 0 : Frame.headSize
    guard record == next, batch == self.batch, head + bytes.count <= cursor.left else {
      return false
    }
    if !isFramed { cursor.put(native: UInt32(bytes.count)) }
    cursor.put(bytes)
    next += 1
    count += 1
    length += head + bytes.count
    extent.storeExtent(count, length)
    return true
  }
}
