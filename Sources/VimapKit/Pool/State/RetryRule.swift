import VimapBytes
public import VimapSystem

/// Which failures of a record are worth another try, how many tries there are, and how long the
/// pauses before them.
public struct RetryRule: Sendable, Equatable {
  /// Further tries of a record, at most.
  public var retries = 0
  /// The longest pause before the first of them. It doubles with each.
  public var firstDelay: Nanoseconds = .seconds(1)
  /// The longest pause before any of them, unless a server asks for a longer one.
  public var longestDelay: Nanoseconds = .seconds(60)
  /// What is worth another try; `http_status` stands for every status.
  public var kinds: Set<RecordException.Kind> = [.exit, .signal, .timeout, .httpTransport]
  /// Whether an answer that broke off is, whatever its kind.
  public var coversTornAnswers = true
  /// The statuses that are.
  public var statuses: [ClosedRange<Int>] = [408, 425, 429, 500, 502, 503, 504].map { $0...$0 }

  /// No retries; what is worth one as usual.
  public init() {}

  /// Tries again whatever the pool itself finds to have failed, without a pause.
  static func atOnce(_ retries: Int) -> RetryRule {
    var rule = RetryRule()
    rule.retries = retries
    rule.firstDelay = 0
    rule.longestDelay = 0
    rule.kinds = [.worker, .timeout]
    return rule
  }

  /// Whether a record that failed so is worth another try.
  func covers(_ exception: RecordException) -> Bool {
    if kinds.contains(exception.kind) || exception.isTorn && coversTornAnswers { return true }
    guard exception.kind == .httpStatus, let status = exception.status else { return false }
    return statuses.contains { $0.contains(status) }
  }

  /// The pause before the next try.
  ///
  /// Exponential back-off with full jitter: any time up to a limit that doubles with each try, so
  /// that records that failed together do not come back together. Where a server has said how long
  /// it wants to be left alone, it is that time and a little more, by chance as well.
  /// - Parameters:
  ///   - tries: how often the record has been tried.
  ///   - pause: how long the server has asked for.
  func delay(
    after tries: Int, pause: Nanoseconds?, _ random: inout SeededRandom
  ) -> Nanoseconds {
    if let pause {
      let margin = max(pause, firstDelay) / 8
      return pause.plus(.random(in: 0...margin, using: &random))
    }
    let doublings = UInt64(min(max(0, tries - 1), 62))
    let (doubled, overflow) = firstDelay.multipliedReportingOverflow(by: 1 << doublings)
    return .random(in: 0...(overflow ? longestDelay : min(longestDelay, doubled)), using: &random)
  }
}

extension RecordException {
  /// The status that the server answered with.
  var status: Int? {
    for detail in details where detail.name == "status" {
      if case .number(let status) = detail.value { return status }
    }
    return nil
  }
}
