import VimapBytes

/// Escapes of single UTF-16 surrogates, such as `\udce9`. Each is half a character.
///
/// RFC 8259 allows them (section 8.2), and Python writes them for bytes in file names that are not
/// UTF-8. jansson refuses a text that has one, so it is asked about a text in which they are
/// replaced.
extension ByteView {
  /// The text with every half character replaced by U+FFFD, which is written as an escape too, so
  /// that all positions stay the same. `nil` if there is none.
  func withoutHalves() -> ByteBuffer? {
    let (start, end) = cursors
    var text = ByteBuffer()
    var done = 0
    var place = 0
    while let next = firstIndex(of: UInt8(ascii: "\\"), from: place) {
      guard let unit = unitOfEscape(start + next, end) else {
        place = next + 2
        continue
      }
      place = next + 6
      if unit & 0xFC00 == 0xD800, let lower = unitOfEscape(start + place, end),
        lower & 0xFC00 == 0xDC00
      {
        place += 6
      } else if unit & 0xF800 == 0xD800 {
        text.append(slice(done, next - done))
        text.append("\\ufffd")
        done = place
      }
    }
    if done == 0 { return nil }
    text.append(slice(done))
    return text
  }
}
