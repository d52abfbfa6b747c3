import VimapBytes

/// Lines that answer no record, of a command whose answers name theirs. People are told of the
/// first; the command is ended when it says nothing else.
struct StrayLines {
  private var isTold = false
  private var count = 0
  private var bytes = 0
  private let longestAnswer: Int

  /// So many lines in a row, without an answer among them, are nobody's slip.
  private static let most = 1000

  init(longestAnswer: Int) {
    self.longestAnswer = longestAnswer
  }

  /// - Returns: whether people are to be told of this one.
  mutating func note(_ line: ByteView) -> Bool {
    count += 1
    bytes += line.count
    defer { isTold = true }
    return !isTold
  }

  mutating func noteAnswer() { (count, bytes) = (0, 0) }

  var areTooMany: Bool { count >= Self.most || bytes > longestAnswer }
}
