import VimapBytes
import VimapKit

extension RetryRule {
  /// The rule that the options describe.
  init(_ options: FlowOptions) throws {
    self.init()
    guard let retry = options.retry else { return }
    guard (0...1_000_000).contains(retry) else {
      throw Refusal(.usage, "--retry \(retry): give a number of further tries, 0 or more")
    }
    retries = retry
    if let time = options.retryDelay { firstDelay = .seconds(time.seconds) }
    if let time = options.retryMaxDelay { longestDelay = .seconds(time.seconds) }
    if let list = options.retryOn { try cover(list) }
  }

  /// Tries again what stands in a list of kinds, statuses and ranges of statuses, and nothing else.
  private mutating func cover(_ list: String) throws {
    kinds = []
    coversTornAnswers = false
    statuses = []
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      if let kind = RecordException.Kind(rawValue: String(item)) {
        kinds.insert(kind)
      } else if let range = Self.statuses(item) {
        statuses.append(range)
      } else {
        let known = RecordException.Kind.allCases.map(\.rawValue).joined(separator: ", ")
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
