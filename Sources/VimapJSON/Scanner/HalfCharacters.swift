import VimapBytes

/// The escapes of UTF-16 surrogates that stand alone, such as `\udce9`: half a character each.
///
/// RFC 8259 lets them be (section 8.2), and Python writes them for what is no UTF-8 in the name of
/// a file. jansson refuses a text with one, so it is asked about the text with another in its
/// place.
extension ByteView {
  /// The text with U+FFFD in the place of every half character, escaped too, so that all else is
  /// where it was; `nil` where there is none.
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
