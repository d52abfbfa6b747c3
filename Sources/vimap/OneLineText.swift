extension String {
  /// The text as a part of a line: with escapes for what would end the line or steer a terminal,
  /// and cut where it is longer than so many characters.
  func onOneLine(atMost limit: Int) -> String {
    var text = ""
    for (place, scalar) in unicodeScalars.enumerated() {
      if place == limit { return text + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += scalar == "\n" ? "\\n" : "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
