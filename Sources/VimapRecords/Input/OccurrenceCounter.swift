import VimapBytes
import VimapKit

/// Counts how many times a record has been in the input before.
///
/// It knows records by 64 bits of their lines, without white space around them, and needs 16 to 50
/// bytes of memory for each that is different. Two records that happen to have the same 64 bits are
/// counted as one; with their lines, the count still tells all records apart.
///
/// A run that goes on where another was cut off has to have it look at what it skips.
final class OccurrenceCounter {
  private var counts: [UInt64: Int32] = [:]

  /// How many times the record of a line has been before this time.
  func count(_ line: ByteView) -> Int32 {
    let hash = line.trimmed().stableHash
    let before = counts[hash, default: 0]
    counts[hash] = before &+ 1
    return before
  }
}
