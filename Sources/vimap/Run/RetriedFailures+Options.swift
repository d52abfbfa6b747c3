import VimapHTTP
import VimapRecords

extension RetriedFailures {
  /// The failures that the options have tried again; by default, those that usually pass.
  init(_ options: FlowOptions) throws {
    self.init()
    if let list = options.retryOn {
      try cover(list)
      return
    }
    kinds = [.exit, .signal, .timeout, .httpTransport]
    codes[.httpStatus] = [408, 425, 429, 500, 502, 503, 504].map { $0...$0 }
    coversTornAnswers = true
  }

  /// Covers the kinds, statuses and ranges of statuses in a list, and nothing else.
  private mutating func cover(_ list: String) throws {
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      if let kind = RecordException.Kind.known.first(where: { $0.rawValue == item }) {
        kinds.insert(kind)
      } else if let range = Self.statuses(item) {
        codes[.httpStatus, default: []].append(range)
      } else {
        let known = RecordException.Kind.known.map(\.rawValue).joined(separator: ", ")
        throw Refusal(
          .usage,
          "--retry-on: '\(item)' is neither a status, nor a range such as 500-599, nor one of"
            + " \(known)")
      }
    }
  }

  /// Statuses have three digits (RFC 9110 section 15).
  private static func statuses(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
      end.utf8.count == 3 && end.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(end) : nil
    }
    guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
      first >= 100, first <= last
    else { return nil }
    return first...last
  }
}

extension RecordException.Kind {
  /// Every kind that the command's tuples can have.
  static let known: [Self] = [
    .invalidJSON, .recordTooLarge, .missingField, .exit, .signal, .invalidOutput, .timeout, .spawn,
    .httpStatus, .httpTransport, .worker, .unpaired, .cancelled,
  ]
}
