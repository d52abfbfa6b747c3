import VimapBytes
import VimapSystem

/// Cuts what a command prints into lines, and gives up on a line that is too long without losing
/// its place.
struct AnswerReader: ~Copyable {
  /// A line of output, without its line feed.
  enum Answer {
    case line(ByteView)
    /// Longer than an answer may be; how it begins.
    case tooLong(head: ByteView)
  }

  private let longest: Int
  private var buffer = ByteBuffer(capacity: 256 << 10)
  /// How much of the buffer is known to hold no line feed.
  private var searched = 0
  /// The rest of a line that is too long is being skipped.
  private var isSkipping = false
  private(set) var isAtEnd = false

  private static let readSize = 128 << 10
  private static let shownLength = 256

  init(longest: Int) {
    self.longest = longest
  }

  /// Nothing is left that could become an answer.
  var isEmpty: Bool { buffer.isEmpty }

  /// Reads once; `false` where there was nothing to read.
  mutating func read(from descriptor: CInt) throws(SystemError) -> Bool {
    guard let count = try Descriptor.read(descriptor, into: &buffer, limit: Self.readSize) else {
      return false
    }
    if count == 0 { isAtEnd = true }
    return count > 0
  }

  /// The next whole line, which stays in the buffer until ``take(_:)``.
  mutating func next() -> Answer? {
    let view = buffer.view
    if let end = view.firstIndex(of: 0x0A, from: searched) {
      searched = end
      let line = view.head(end)
      return end > longest || isSkipping ? .tooLong(head: line.head(Self.shownLength)) : .line(line)
    }
    searched = view.count
    if view.count > longest {
      // The head stays to stand for the line; what follows is dropped as it comes.
      isSkipping = true
      buffer.truncate(to: min(view.count, Self.shownLength))
      searched = buffer.count
    }
    return nil
  }

  /// The last line, where it has no line feed.
  mutating func unfinishedLine() -> Answer? {
    if buffer.isEmpty { return nil }
    buffer.append(0x0A)
    return next()
  }

  /// Lets go of the line that ``next()`` gave.
  mutating func take() {
    buffer.removeFirst(searched + 1)
    searched = 0
    isSkipping = false
  }

  /// The command has ended: nothing more will come, even if something holds its output open.
  mutating func noteEnd() { isAtEnd = true }

  /// Starts over for a new command.
  mutating func startAnew() {
    buffer.removeAll()
    searched = 0
    isSkipping = false
    isAtEnd = false
  }
}
