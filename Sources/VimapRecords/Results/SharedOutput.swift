import VimapBytes
import VimapKit
import VimapSystem

/// An output that results share with other things, such as a terminal with a progress line. It
/// takes care that nothing gets mixed.
package protocol SharedOutput: AnyObject {
  /// The descriptor to watch for room while ``isWaiting``.
  var descriptor: CInt { get }
  /// Whether there are bytes that the descriptor has not taken.
  var isWaiting: Bool { get }
  /// Takes a copy of some bytes. They may end in the middle of a line; then the rest of the line is
  /// added next.
  func add(_ bytes: ByteView)
  /// Writes what it can without waiting.
  func flush() throws(SystemError)
}
