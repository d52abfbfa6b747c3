import VimapBytes
import VimapKit
import VimapSystem

/// A line that is not given to a worker.
struct RejectedLine {
  enum Reason {
    /// It is longer than a record may be.
    case tooLong
    /// There is no memory for it.
    case notKept(SystemError)
    /// It could not be read to its end.
    case torn(SystemError)
    /// It belongs to no shard, or has no cost that could be met.
    case unplaced(RecordLookup.Place)
  }

  /// Its first bytes; all of them where it has no place.
  var head: SharedBytes
  var length: Int
  var place: InputPlace
  var reason: Reason
}
