import VimapKit
import VimapRecords

/// One line about all failures: how many records failed, of which kinds and for which causes, and
/// the first of them.
struct FailureSummary: CustomStringConvertible {
  let failures: FailureTally
  let records: Int
  /// Whether a line number is enough to say where a record is.
  let hasOneFile: Bool
  /// Gives a hint about a cause.
  var hint: (FailureTally.Cause) -> String? = { _ in nil }

  /// The longest texts, in characters: a cause, an exit message beside a kind, and the name of a
  /// file.
  private static let longestCause = 120
  private static let longestWords = 80
  private static let longestName = 60
  /// The most causes that are shown beside their kinds.
  private static let mostCauses = 3

  var description: String {
    let causes = failures.first.map(text)
    return "\(failures.total) of \(records) \(records == 1 ? "record" : "records") failed: "
      + kinds.joined(separator: ", ")
      + (causes.isEmpty ? "" : "; first: " + causes.joined(separator: "; "))
      + (hints.isEmpty ? "" : " (\(hints.joined(separator: "; ")))")
  }

  /// The hints about the first causes, each once.
  private var hints: [String] {
    failures.first.compactMap(hint).reduce(into: []) { hints, hint in
      if !hints.contains(hint) { hints.append(hint) }
    }
  }

  /// How many records failed of each kind, the most first.
  private var kinds: [String] {
    let shown = failures.groups.sorted { ($0.count, $1.cause.index) > ($1.count, $0.cause.index) }
      .prefix(Self.mostCauses)
    var parts = shown.map { group in
      (count: group.count, text: "\(group.cause.kind.rawValue) (\(reason(group.cause)))")
    }
    for (kind, count) in failures.counts {
      let ofKind = shown.filter { $0.cause.kind == kind }
      let rest = count - ofKind.reduce(0) { $0 + $1.count }
      if rest > 0 {
        parts.append((rest, kind.rawValue + (ofKind.isEmpty ? "" : " for other reasons")))
      }
    }
    return parts.sorted { ($0.count, $1.text) > ($1.count, $0.text) }.map {
      "\($0.count) \($0.text)"
    }
  }

  /// How the command ended, in a word, and its exit message.
  private func reason(_ cause: FailureTally.Cause) -> String {
    let words = (cause.exitMessage ?? "").onOneLine(atMost: Self.longestWords)
    switch cause.kind {
    case .exit, .signal: return "\(cause.shortMessage): \(words)"
    case .worker: return words
    default: return "last words: \(words)"
    }
  }

  private func text(_ cause: FailureTally.Cause) -> String {
    // If the line itself is wrong, the message already says where it is.
    if cause.message.hasPrefix("\(cause.file):\(cause.line):") {
      return cause.message.onOneLine(atMost: Self.longestCause)
    }
    let place =
      hasOneFile
      ? "line \(cause.line)"
      : "\(cause.file.onOneLine(atMost: Self.longestName)):\(cause.line)"
    return "\(place): \(cause.sentence.onOneLine(atMost: Self.longestCause))"
  }
}

extension FailureTally.Cause {
  /// The text that says most about it. For a command that failed, it is the last line that it
  /// printed.
  fileprivate var sentence: String {
    switch kind {
    case .exit, .signal, .worker: exitMessage ?? message
    default: message
    }
  }

  /// The message about a command's end, without the words that all such messages have.
  fileprivate var shortMessage: String {
    var text = message[...]
    for start in ["the command ended with ", "the command was ended by "]
    where text.hasPrefix(start) {
      text = text.dropFirst(start.count)
    }
    let end = " without answering the record"
    return String(text.hasSuffix(end) ? text.dropLast(end.count) : text)
  }
}
