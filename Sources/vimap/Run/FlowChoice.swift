import VimapBytes
import VimapKit

extension RetryRule {
  /// The rule that the options describe.
  init(_ options: FlowOptions) throws {
    self.init()
    guard let retry = options.retry else {
      if let option = options.givenForRetries {
        throw Refusal(.usage, "\(option): it goes with --retry")
      }
      return
    }
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

extension FlowOptions {
  /// Most tries started.
  var rateLimit: FlowLimit? { get throws { try rate.map { try limit($0, "--rate") } } }

  /// Most that the records started may cost.
  var budgetLimit: FlowLimit? {
    get throws {
      if budget != nil, cost == nil { throw Refusal(.usage, "--budget: it goes with --cost") }
      if cost != nil, budget == nil { throw Refusal(.usage, "--cost: it goes with --budget") }
      return try budget.map { try limit($0, "--budget") }
    }
  }

  /// When failures stop the run.
  var haltRule: HaltRule? {
    get throws {
      guard let halt else { return nil }
      switch halt.meaning {
      case nil:
        throw Refusal(
          .usage,
          "--halt \(halt.text): give never, soon or now, and how many failures it takes, such as"
            + " soon,fail=3 or now,fail=10%")
      case .never: return nil
      case .rule(let rule): return rule
      }
    }
  }

  private func limit(_ typed: RateText, _ option: String) throws -> FlowLimit {
    if let limit = typed.limit { return limit }
    throw Refusal(
      .usage, "\(option) \(typed.text): give a number above 0 and its unit: N/s, N/m or N/h")
  }

  /// The first option that only means something where there are retries, if one was given.
  fileprivate var givenForRetries: String? {
    let options: [(String, Bool)] = [
      ("--retry-delay", retryDelay != nil), ("--retry-max-delay", retryMaxDelay != nil),
      ("--retry-on", retryOn != nil),
    ]
    return options.first(where: \.1)?.0
  }
}
