import VimapBytes

/// Describes what a command printed beside its answers, and says what can be done about it.
struct SurplusText {
  /// As in "the command printed …".
  let what: String
  let advice: String

  private static let shownLines = 3
  private static let shownLength = 80

  /// - Parameters:
  ///   - printed: what it has printed and nobody has taken.
  ///   - records: how many records it has read.
  init(_ printed: ByteView, records: Int) {
    var lines: [ByteView] = []
    var rest = printed
    while !rest.isEmpty, lines.count <= Self.shownLines {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count
      lines.append(rest.head(end))
      rest = rest.slice(min(end + 1, rest.count))
    }
    let shown = lines.prefix(Self.shownLines).map(Self.words).joined(separator: ", ")
    if lines.count < 2 {
      what = "a line that answers no record: \(shown)"
    } else {
      let isMore = lines.count > Self.shownLines
      let number = isMore ? "more than \(Self.shownLines)" : "\(lines.count)"
      let owners = records == 1 ? "1 record" : "\(records) records"
      what = "\(number) lines for \(owners): \(shown)\(isMore ? ", …" : "")"
    }
    advice = Self.advice(lines)
  }

  private static func words(_ line: ByteView) -> String {
    line.trimmed().isEmpty ? "an empty line" : line.head(shownLength).text
  }

  private static func advice(_ lines: [ByteView]) -> String {
    let isSpread = lines.first.map { ["{", "["].contains($0.trimmed().text) } == true
    if isSpread {
      return "print each answer on one line (jq -c, json.dumps without indent)"
    }
    if lines.count > 1, lines.dropFirst().contains(where: { $0.trimmed().isEmpty }) {
      return "print no line feed behind one that is there (print(line, end=\"\"))"
    }
    let several = lines.count > 1 ? "; for several lines a record there is --outputs many" : ""
    return "print it to standard error, or skip it with --ready\(several)"
  }
}
