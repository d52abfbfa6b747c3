import VimapBytes
import VimapSystem

/// The last run of a worker's table of results, while outputs are added to it one by one. A worker
/// that answers in order does that for each record.
///
/// A ``ResultSlabWriter`` lends it. It must be given back before the writer is used for anything
/// else.
struct ResultStretch {
  /// The batch whose records it answers, and the record that it can answer next.
  let batch: UInt64
  private(set) var next: Int
  /// How many records it answers, with how many bytes, and the word that holds these counts.
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

  /// The bytes written since it was lent.
  var written: Int { cursor.count }

  /// Answers a record, if that record is the next one and there is room.
  /// - Parameter bytes: the output. If `isFramed` is false, a head with its length is put in front.
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
