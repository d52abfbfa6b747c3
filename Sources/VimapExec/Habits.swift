import VimapBytes

/// Lines that answer no record, of a command whose answers name theirs: told of once, and a reason
/// to end the command when it says nothing else.
struct StrayLines {
  private(set) var isTold = false
  private var count = 0
  private var bytes = 0

  /// So many lines in a row, without an answer among them, are nobody's slip.
  private static let most = 1000

  mutating func note(_ line: ByteView) {
    count += 1
    bytes += line.count
  }

  mutating func tell() { isTold = true }

  mutating func hasAnswered() { (count, bytes) = (0, 0) }

  func areTooMany(longestAnswer: Int) -> Bool { count >= Self.most || bytes > longestAnswer }
}

/// Whether commands leave after a single answer each, so that in truth there is a process a record.
struct Brevity {
  private var lives = 0
  private var isTold = false

  private static let tellingNumber = 10

  /// A command has left by itself, and there was more for it to do.
  /// - Returns: whether it is time to say so, which it is once.
  mutating func noteLife(answers: Int) -> Bool {
    lives = answers == 1 ? lives + 1 : 0
    guard lives >= Self.tellingNumber, !isTold else { return false }
    isTold = true
    return true
  }
}
