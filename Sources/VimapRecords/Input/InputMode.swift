import VimapBytes
import VimapKit

/// How a stream of bytes is cut into records.
package struct InputMode: Sendable, Equatable {
  /// What ends a record: LF, or NUL.
  package var separator: UInt8
  /// Each line is text, and its record is this text as a JSON string.
  package var isText: Bool
  /// The longest record in bytes, without its separator.
  package var longestRecord: Int

  /// Lines of JSON of any usual length, by default.
  package init(separator: UInt8 = 0x0A, isText: Bool = false, longestRecord: Int = 64 << 20) {
    self.separator = separator
    self.isText = isText
    self.longestRecord = longestRecord
  }

  /// Whether a line holds no record, which is so for JSON if it is only white space. An empty line
  /// of text is a record like any other.
  @inlinable
  func isBlank(_ line: ByteView) -> Bool {
    if isText { return false }
    if !line.isEmpty, line[0] > 0x20 { return false }
    return line.trimmed().isEmpty
  }
}

/// How far a batch reaches into some bytes of input.
struct BatchCut: Equatable {
  /// The bytes taken, with the last separator.
  var length = 0
  /// The number of records taken.
  var records = 0
  /// The number of lines taken, with blank ones.
  var lines = 0
  /// The length of the next line, if it is longer than a record may be.
  var longLine: Int?
}

extension InputMode {
  /// Takes whole lines from the front of `bytes`, until there are `wanted` records, no more lines,
  /// or a line that is too long.
  func cut(_ bytes: ByteView, records wanted: Int) -> BatchCut {
    var cut = plainLines(bytes, records: wanted)
    while cut.records < wanted, let end = bytes.firstIndex(of: separator, from: cut.length) {
      let line = bytes.slice(cut.length, end - cut.length)
      if line.count > longestRecord {
        cut.longLine = line.count
        break
      }
      if !isBlank(line) { cut.records += 1 }
      cut.lines += 1
      cut.length = end + 1
    }
    return cut
  }

  /// Passes on the lines of some records, which are counted from the beginning of `bytes`.
  func forEachLine(
    of records: Range<Int>, in bytes: ByteView, _ body: (ByteView) -> Void
  ) {
    var rest = bytes
    for record in 0..<records.upperBound {
      let cut = cut(rest, records: 1)
      guard cut.records > 0 else { return }
      if records.contains(record) { body(lastLine(of: rest.head(cut.length))) }
      rest = rest.slice(cut.length)
    }
  }

  /// Takes short lines by the block, as long as it is clear at a glance that each of them is a
  /// record. If lines are longer, it is cheaper to look for the end of each.
  private func plainLines(_ bytes: ByteView, records wanted: Int) -> BatchCut {
    var cut = BatchCut()
    guard bytes.count <= longestRecord, bytes.head(64).firstIndex(of: separator) != nil
    else { return cut }
    while cut.length < bytes.count {
      let block = bytes.slice(cut.length).head(4096)
      let seen = block.countLines(endedBy: separator)
      guard seen.lines <= wanted - cut.records, isText || !seen.hasBlankStart,
        let last = block.lastIndex(of: separator)
      else { return cut }
      cut.records += seen.lines
      cut.lines += seen.lines
      cut.length += last + 1
    }
    return cut
  }
}
