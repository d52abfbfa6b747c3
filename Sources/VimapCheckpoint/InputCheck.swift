import VimapBytes

/// Why an input is not the one that was read before.
package struct InputDifference: Error, Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// Somewhere in these bytes it is another one. Only for so many together there is a checksum.
    case changed(bytes: Range<Int>)
    /// It ends here, and went on.
    case short(length: Int, expected: Int)
    /// It goes on here, behind what was its end, and another input was read after it.
    case grown(length: Int)
  }
  package var kind: Kind
  /// The line in which the difference is at the earliest, from 1 on.
  package var line: Int
}

/// Checks an input, as it is read again from its start, against what was read of it before.
///
/// Each mebibyte has a checksum, so bytes are certain to be the same only when that many have been
/// seen, or all that is known.
package struct InputCheck {
  private var check = StreamCheck()
  private let separator: UInt8
  /// Lines that end before the last place at which all was as it should be.
  private var goodLines = 0
  /// Lines that end behind it.
  private var newLines = 0
  private var goodBytes = 0
  private var length = 0
  private var lastByte: UInt8?

  /// - Parameters:
  ///   - input: what was read of it.
  ///   - separator: what ends a line.
  package init(_ input: JobState.Input, separator: UInt8) {
    self.separator = separator
    check.expect(input.mark)
  }

  /// How many bytes of the input are known.
  package var knownLength: Int { check.end }

  /// So many bytes from the start are certain to be what they were.
  package var certainLength: Int { check.isDone ? check.end : check.lastGood }

  /// All that is known of the input has been found in it.
  package var isComplete: Bool { check.isDone && check.difference == nil }

  /// Takes the next bytes. What is behind all that is known is not looked at.
  package mutating func add(_ bytes: ByteView) throws(InputDifference) {
    var rest = bytes
    while !rest.isEmpty, !check.isDone {
      // No further than to where it may become certain, so that lines are counted up to there.
      let toBlockEnd = StreamMark.blockSize - length % StreamMark.blockSize
      let part = rest.head(min(toBlockEnd, check.end - length))
      check.add(part)
      if let range = check.difference {
        throw InputDifference(kind: .changed(bytes: range), line: goodLines + 1)
      }
      length += part.count
      newLines += part.countLines(endedBy: separator).lines
      lastByte = part[part.count - 1]
      if check.lastGood > goodBytes {
        goodBytes = check.lastGood
        goodLines += newLines
        newLines = 0
      }
      rest = rest.slice(part.count)
    }
  }

  /// The input is at its end.
  package func end() throws(InputDifference) {
    guard !check.isDone else { return }
    throw InputDifference(
      kind: .short(length: length, expected: check.end), line: goodLines + newLines + 1)
  }

  /// What is known of it ends within a line.
  package var endsWithinLine: Bool { lastByte.map { $0 != separator } ?? false }

  /// How it is told that another input was read behind this one, and that it goes on nevertheless.
  package var grown: InputDifference {
    InputDifference(kind: .grown(length: check.end), line: goodLines + newLines + 1)
  }
}
