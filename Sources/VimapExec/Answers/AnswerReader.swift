import VimapBytes
import VimapSystem

/// Cuts what a command prints into answers: a line each, or the lines up to one that marks the end.
final class AnswerReader {
  enum Answer {
    /// The answer without what ends it; it stays in memory until the next read.
    case whole(ByteView)
    /// Longer than an answer may be; how it begins, and whether its end has come.
    case tooLong(head: ByteView, isEnded: Bool)

    /// How it begins.
    var head: ByteView {
      switch self {
      case .whole(let text): text
      case .tooLong(let head, _): head
      }
    }

    /// It is too long, and its end has not come: what comes behind it can't be told from it.
    var isEndless: Bool { if case .tooLong(_, isEnded: false) = self { true } else { false } }
  }

  private let longest: Int
  /// The line behind an answer of any number of lines; `nil` where each line is an answer.
  private let endMark: SharedBytes?
  private var buffer = ByteBuffer(capacity: 256 << 10)
  /// What has been read and not been taken as an answer; all of it lies in the buffer.
  private var unread = ByteView.empty
  /// How far `unread` has been searched for the end of its first answer…
  private var searched = 0
  /// …and where the line begins that is searched.
  private var lineStart = 0
  /// The length of the answer that was given, with what ends it.
  private var taken = 0
  /// Whole answers in `unread`.
  private var counted = Counted()
  private(set) var isAtEnd = false

  private struct Counted {
    var answers = 0
    /// Where the last of them ends.
    var end = 0
    /// As far as has been looked.
    var seen = 0
  }

  private static let readSize = 128 << 10
  private static let shownLength = 256

  /// - Parameters:
  ///   - longest: most bytes that an answer may have.
  ///   - endMark: the line that ends an answer, where one may have any number of lines.
  init(longest: Int, endMark: String? = nil) {
    self.longest = longest
    self.endMark = endMark.map {
      var mark = ByteBuffer()
      mark.append(system: $0)
      return SharedBytes(taking: mark)
    }
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

  /// The next whole answer. It is given again until ``take()``.
  func next() -> Answer? {
    while let end = unread.firstIndex(of: 0x0A, from: searched) {
      if let length = answerLength(lineEnd: end, from: lineStart) {
        taken = end + 1
        let answer = unread.head(length)
        return length > longest ? .tooLong(head: head, isEnded: true) : .whole(answer)
      }
      lineStart = end + 1
      searched = lineStart
    }
    searched = unread.count
    // An answer may never end, so that it is too long is told before its end has come.
    return searched > longest ? .tooLong(head: head, isEnded: false) : nil
  }

  private var head: ByteView { unread.head(Self.shownLength) }

  /// How long the answer is that ends with a line, if one does.
  private func answerLength(lineEnd: Int, from start: Int) -> Int? {
    guard let endMark else { return lineEnd }
    var line = unread.slice(start, lineEnd - start)
    if !line.isEmpty, line[line.count - 1] == 0x0D { line = line.head(line.count - 1) }
    return line == endMark.bytes ? start : nil
  }

  /// The last answer, where its last line has no line feed. Without its end mark it is none.
  func unfinishedLine() -> Answer? {
    if unread.isEmpty { return nil }
    guard endMark != nil else { return .whole(unread) }
    let start = unread.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return answerLength(lineEnd: unread.count, from: start).map { .whole(unread.head($0)) }
  }

  /// How many whole answers have been read and not been taken.
  var wholeCount: Int {
    count()
    return counted.answers
  }

  /// Whether there is something behind the whole answers: the beginning of another.
  var hasPart: Bool { partLength > 0 }

  var isPartTooLong: Bool { partLength > longest }

  private var partLength: Int {
    count()
    return unread.count - counted.end
  }

  private func count() {
    guard endMark != nil else {
      guard let last = unread.slice(counted.seen).lastIndex(of: 0x0A) else {
        // A long line comes in many pieces, each of which is looked at once.
        counted.seen = unread.count
        return
      }
      let end = counted.seen + last + 1
      counted.answers += unread.slice(counted.seen, last + 1).countLines(endedBy: 0x0A).lines
      (counted.end, counted.seen) = (end, end)
      return
    }
    while let end = unread.firstIndex(of: 0x0A, from: counted.seen) {
      if answerLength(lineEnd: end, from: counted.seen) != nil {
        counted.answers += 1
        counted.end = end + 1
      }
      counted.seen = end + 1
    }
  }

  /// What has been read, where it begins with a line that nobody has looked at.
  var untouched: ByteView? {
    searched > 0 || unread.isEmpty || endMark != nil ? nil : unread
  }

  /// All that has been read and not been taken.
  var rest: ByteView { unread }

  /// Takes a single line, whatever an answer is; valid until the next read.
  func takeLine() -> ByteView? {
    guard let end = unread.firstIndex(of: 0x0A) else { return nil }
    defer { drop(end + 1) }
    return unread.head(end)
  }

  /// Lets go of whole lines of ``untouched``, so many bytes.
  func takeLines(_ length: Int) { drop(length) }

  /// Lets go of the answer that ``next()`` gave.
  func take() {
    var rest = Counted()
    if counted.end >= taken, taken > 0 {
      rest = Counted(
        answers: counted.answers - 1, end: counted.end - taken, seen: counted.seen - taken)
    }
    drop(min(taken, unread.count), counted: rest)
  }

  /// Lets go of all that has been read.
  func discard() { drop(unread.count) }

  private func drop(_ length: Int, counted rest: Counted = Counted()) {
    unread = unread.slice(length)
    counted = rest
    (searched, lineStart, taken) = (0, 0, 0)
  }

  /// The command has ended. Nothing more will come, even if another process holds its output open.
  func noteEnd() { isAtEnd = true }
}
