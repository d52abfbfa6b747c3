import VimapBytes

extension String {
  /// The text as a part of a line. Characters that would end the line or steer a terminal are
  /// escaped, and so are bytes of arguments and names that are not text. A text longer than `limit`
  /// characters is cut. Doing this twice changes nothing.
  func onOneLine(atMost limit: Int = .max) -> String {
    var text = ""
    for (place, scalar) in unicodeScalars.enumerated() {
      if place == limit { return text + "…" }
      if let byte = scalar.systemByte {
        text += "\\x" + String(byte, radix: 16, uppercase: true)
      } else if scalar.steersTerminals {
        text += scalar == "\n" ? "\\n" : "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
