import VimapKit
import VimapRecords

/// One line about bytes of the input that are no text: in how many lines they are.
struct GapSummary: CustomStringConvertible {
  let lines: Int
  /// What the input is in, where that was said.
  let encoding: String?

  var description: String {
    let what = encoding.map { "no text in \($0.onOneLine(atMost: 40))" } ?? "not UTF-8"
    let advice =
      encoding == nil
      ? "say what the input is in with --encoding, such as --encoding latin1"
      : "see whether --encoding is right"
    return "\(lines) \(lines == 1 ? "line has" : "lines have") bytes that are \(what),"
      + " each of which is U+FFFD in its record: \(advice)"
  }
}
