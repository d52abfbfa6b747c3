import VimapBytes
import VimapSystem

/// Cuts what a command prints into lines, and gives up on a line that is too long without losing
/// its place.
final class AnswerReader {
  /// A line of output, without its line feed; it stays in memory until the next read.
  enum Answer {
    case line(ByteView)
    /// Longer than an answer may be; how it begins.
    case tooLong(head: ByteView)
  }

  private let longest: Int
  private var buffer = ByteBuffer(capacity: 256 << 10)
  /// What has been read and not been taken as an answer; all of it lies in the buffer.
  private var unread = ByteView.empty
  /// How much of `unread` is known to hold no line feed.
  private var searched = 0
  /// The rest of a line that is too long is being skipped.
  private var isSkipping = false
  private(set) var isAtEnd = false

  private static let readSize = 128 << 10
  private static let shownLength = 256

  init(longest: Int) {
    self.longest = longest
  }

  /// Reads once; `false` where there was nothing to read.
  func read(from descriptor: CInt) throws(SystemError) -> Bool {
    buffer.removeFirst(buffer.count - unread.count)
    defer { unread = buffer.view }
    guard let count = try Descriptor.read(descriptor, into: &buffer, limit: Self.readSize) else {
      return false
    }
    if count == 0 { isAtEnd = true }
    return count > 0
  }

  /// The next whole line. It is given again until ``take()``.
  func next() -> Answer? {
    if let end = unread.firstIndex(of: 0x0A, from: searched) {
      searched = end
      let line = unread.head(end)
      return end > longest || isSkipping ? .tooLong(head: line.head(Self.shownLength)) : .line(line)
    }
    searched = unread.count
    if unread.count > longest || isSkipping { skip() }
    return nil
  }

  /// Keeps the beginning to stand for a line that is too long; what follows is dropped as it comes.
  private func skip() {
    isSkipping = true
    let head = SharedBytes(copying: unread.head(Self.shownLength))
    buffer.removeAll()
    buffer.append(head.bytes)
    unread = buffer.view
    searched = unread.count
  }

  /// The last line, where it has no line feed.
  func unfinishedLine() -> Answer? {
    if unread.isEmpty { return nil }
    searched = unread.count
    return unread.count > longest || isSkipping
      ? .tooLong(head: unread.head(Self.shownLength)) : .line(unread)
  }

  /// Lets go of the line that ``next()`` gave.
  func take() {
    unread = unread.slice(min(searched + 1, unread.count))
    searched = 0
    isSkipping = false
  }

  /// The command has ended: nothing more will come, even if something holds its output open.
  func noteEnd() { isAtEnd = true }

  /// Starts over for a new command.
  func startAnew() {
    buffer.removeAll()
    unread = .empty
    searched = 0
    isSkipping = false
    isAtEnd = false
  }
}
