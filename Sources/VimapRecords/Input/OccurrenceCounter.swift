import VimapBytes
import VimapKit

/// Counts how many times a record has been in the input before.
///
/// A record is identified by a 64-bit hash of its line without surrounding white space. Each
/// different record takes 16 to 50 bytes of memory. Two records with the same hash are counted as
/// one. That does no harm, since their lines tell them apart.
///
/// A run that continues an earlier one must show the counter the lines that it skips.
final class OccurrenceCounter {
  private var counts: [UInt64: Int32] = [:]

  /// How many times the record of a line came before this one.
  func count(_ line: ByteView) -> Int32 {
    let hash = line.trimmed().stableHash
    let before = counts[hash, default: 0]
    counts[hash] = before &+ 1
    return before
  }
}
