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
  /// The line that was given has not ended yet.
  private var isUnended = false
  /// The rest of a line that was too long is dropped as it comes.
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
    if isSkipping { skip() }
    let end = unread.firstIndex(of: 0x0A, from: searched)
    searched = end ?? unread.count
    isUnended = end == nil
    // A line may never end: that it is too long is told as soon as it is.
    if searched > longest { return .tooLong(head: unread.head(Self.shownLength)) }
    return end.map { .line(unread.head($0)) }
  }

  private func skip() {
    let end = unread.firstIndex(of: 0x0A)
    isSkipping = end == nil
    unread = end.map { unread.slice($0 + 1) } ?? .empty
  }

  /// The last line, where it has no line feed.
  func unfinishedLine() -> Answer? {
    unread.isEmpty ? nil : .line(unread)
  }

  /// What has been read, where it begins with a line that nobody has looked at.
  var untouched: ByteView? {
    isSkipping || searched > 0 || unread.isEmpty ? nil : unread
  }

  /// Lets go of whole lines of ``untouched``, so many bytes.
  func takeLines(_ length: Int) { unread = unread.slice(length) }

  /// Lets go of the line that ``next()`` gave.
  func take() {
    unread = unread.slice(min(searched + 1, unread.count))
    searched = 0
    isSkipping = isUnended
  }

  /// Lets go of all that has been read.
  func discard() {
    unread = .empty
    searched = 0
  }

  /// The command has ended: nothing more will come, even if something holds its output open.
  func noteEnd() { isAtEnd = true }

  /// Starts over for a new command.
  func startAnew() {
    buffer.removeAll()
    unread = .empty
    searched = 0
    isSkipping = false
    isUnended = false
    isAtEnd = false
  }
}
