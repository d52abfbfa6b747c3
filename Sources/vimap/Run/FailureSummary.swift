import VimapKit

/// One line about all that failed: how many records, of which kinds, and the first causes.
struct FailureSummary: CustomStringConvertible {
  let failures: FailureTally
  let records: Int
  /// Whether a line's number says where a record is.
  let hasOneFile: Bool

  /// The longest that one cause may be, and the name of a file in it, in characters.
  private static let longestCause = 120
  private static let longestName = 60

  var description: String {
    let kinds = failures.counts.sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }
      .map { "\($0.value) \($0.key.rawValue)" }
    let causes = failures.first.map(text)
    return "\(failures.total) of \(records) \(records == 1 ? "record" : "records") failed: "
      + kinds.joined(separator: ", ")
      + (causes.isEmpty ? "" : "; first: " + causes.joined(separator: "; "))
  }

  private func text(_ cause: FailureTally.Cause) -> String {
    // What is wrong with the line itself says where that is.
    if cause.message.hasPrefix("\(cause.file):\(cause.line):") {
      return cause.message.onOneLine(atMost: Self.longestCause)
    }
    let place =
      hasOneFile
      ? "line \(cause.line)"
      : "\(cause.file.onOneLine(atMost: Self.longestName)):\(cause.line)"
    return "\(place): \(cause.message.onOneLine(atMost: Self.longestCause))"
  }
}
