import VimapBytes

/// How it was seen that answers can't be paired with records by their order.
enum OrderLoss {
  /// A line came before the command had read the record that it would answer, or behind its first
  /// answer.
  case unasked(SurplusText)
  case tooMany(line: ByteView)
  case tooFew(Int)

  /// What people are told.
  func text(hasEndMark: Bool) -> String {
    let rule =
      hasEndMark
      ? "it must print its end mark once for each record"
      : "it must print one line for each record, and nothing else"
    switch self {
    case .unasked(let surplus):
      return "the command printed \(surplus.what): \(rule): \(surplus.advice)"
    case .tooMany(let line):
      return "the command printed more lines than it had records: \(line.head(80).text): \(rule)"
    case .tooFew(let count):
      return "the command gave \(count) \(count == 1 ? "answer" : "answers") fewer than it had"
        + " records: \(rule)"
    }
  }
}
