import VimapBytes
import VimapKit
import VimapSystem

/// Where results go that is shared with other things, such as a terminal with a line about the
/// run's progress. Whoever shares it sees to it that nothing mixes.
package protocol SharedOutput: AnyObject {
  /// To be watched for room while ``isWaiting``.
  var descriptor: CInt { get }
  /// Something is to be written that the descriptor did not take.
  var isWaiting: Bool { get }
  /// Takes a copy of some bytes, which may end in the middle of a line; the rest of it is added
  /// next.
  func add(_ bytes: ByteView)
  /// Writes what it can without waiting.
  func flush() throws(SystemError)
}
