import VimapBytes
import VimapKit

/// What the reader does if records are looked into before they are handed out.
extension RecordReader {
  /// Cuts like the mode, but stops at a record with a different mark. A record that cannot be
  /// handed out, or has a cost, is cut by itself.
  func cut(
    _ bytes: ByteView, records: Int, _ mark: inout RecordMarker.Mark?
  ) -> BatchCut {
    guard let marker else { return mode.cut(bytes, records: records) }
    var cut = BatchCut()
    while cut.records < records {
      let rest = bytes.slice(cut.length)
      let next = mode.cut(rest, records: 1)
      guard next.records > 0 else { return cut.records > 0 ? cut : next }
      let own =
        nextMark
        ?? self.mark(
          mode.lastLine(of: rest.head(next.length)),
          number: place.line + cut.lines + next.lines - 1, by: marker)
      if let mark, mark != own || own.isHomeless {
        nextMark = own
        return cut
      }
      nextMark = nil
      mark = own
      cut.length += next.length
      cut.lines += next.lines
      cut.records += 1
      if own.isHomeless || marker.separatesRecords { break }
    }
    return cut
  }

  /// The mark of a record, given its line and line number.
  func mark(
    _ line: ByteView, number: Int, by marker: RecordMarker
  ) -> RecordMarker.Mark {
    let mark = marker.mark(line)
    if mark.occurrence > 0, let told = onRepeat {
      onRepeat = nil
      told(fileName, number)
    }
    return mark
  }

  func reject(_ bytes: ByteView, _ cut: BatchCut, _ found: RecordLookup.Place) -> Cut {
    let line = mode.lastLine(of: bytes.head(cut.length))
    cursor += cut.length
    place.line += cut.lines - 1
    onDiscard(line)
    return reject(SharedBytes(copying: line.trimmed()), line.count, .unplaced(found))
  }
}

extension InputMode {
  /// The last of some whole lines, without its separator.
  func lastLine(of lines: ByteView) -> ByteView {
    let end = lines.count - 1
    let start = lines.head(end).lastIndex(of: separator).map { $0 + 1 } ?? 0
    return lines.slice(start, end - start)
  }
}
