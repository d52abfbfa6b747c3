import VimapBytes

extension String {
  /// The text as a part of a line: with escapes for what would end the line or steer a terminal,
  /// and for bytes of arguments and names that are no text; cut where it is longer than so many
  /// characters. What is made so stays the same when it is done again.
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
