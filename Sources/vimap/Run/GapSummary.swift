import VimapKit
import VimapRecords

/// One line about bytes of the input that are not text: how many lines have such bytes.
struct GapSummary: CustomStringConvertible {
  let lines: Int
  /// The encoding of the input, if the user gave one.
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
