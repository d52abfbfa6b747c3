public import VimapBytes

extension ByteBuffer {
  /// Appends `bytes` as a JSON string, with quotes (RFC 8259 section 7).
  ///
  /// Only what must be escaped is escaped: `"`, `\` and control characters. Each maximal part of a
  /// sequence that isn't UTF-8 becomes one U+FFFD, as in `String(decoding:as:)`.
  /// - Returns: whether all of them are UTF-8.
  @discardableResult
  public mutating func appendString(of bytes: ByteView) -> Bool {
    let (start, end) = bytes.cursors
    var place = start
    var isText = true
    reserve(bytes.count + 2)
    append(UInt8(ascii: "\""))
    while true {
      let run = endOfPlainRun(place, end)
      append(ByteView(start: place, count: run - place))
      guard run < end else { break }
      if run.pointee < 0x80 {
        appendEscape(of: run.pointee)
        place = run + 1
      } else {
        append("\u{FFFD}")
        isText = false
        place = run + scanCharacter(run, end).length
      }
    }
    append(UInt8(ascii: "\""))
    return isText
  }

  private mutating func appendEscape(of byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case UInt8(ascii: "\n"): append("\\n")
    case UInt8(ascii: "\r"): append("\\r")
    case UInt8(ascii: "\t"): append("\\t")
    case 0x08: append("\\b")
    case 0x0C: append("\\f")
    default:
      append("\\u00")
      appendHex(of: byte)
    }
  }

  /// Appends the two hexadecimal digits of `byte`.
  mutating func appendHex(of byte: UInt8) {
    let digits = ByteView("0123456789ABCDEF")
    append(digits[Int(byte >> 4)])
    append(digits[Int(byte & 0x0F)])
  }
}

extension ByteView {
  /// How many of some whole lines are not UTF-8.
  public func linesWithGaps(endedBy separator: UInt8) -> Int {
    var count = 0
    var start = 0
    while let end = firstIndex(of: separator, from: start) {
      if !slice(start, end - start).isUTF8 { count += 1 }
      start = end + 1
    }
    return count
  }

  private var isUTF8: Bool {
    let (start, end) = cursors
    var place = start
    while place < end {
      place = endOfPlainRun(place, end)
      guard place < end else { break }
      if place.pointee >= 0x80 { return false }
      place += 1
    }
    return true
  }
}
