import VimapBytes
import VimapKit
import VimapSystem

/// A line that is not given to a worker.
struct RejectedLine {
  enum Reason {
    /// The line is longer than a record may be.
    case tooLong
    /// There is no memory for the line.
    case notKept(SystemError)
    /// The line could not be read to its end.
    case torn(SystemError)
    /// The line belongs to no shard, or its cost is missing or too high.
    case unplaced(RecordLookup.Place)
  }

  /// The beginning of the line; the whole line for `unplaced`.
  var head: SharedBytes
  var length: Int
  var place: InputPlace
  var reason: Reason
}
