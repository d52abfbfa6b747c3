import VimapBytes
import VimapSystem

/// How many further tries a record has, and how long the pauses before them. Which failures are
/// worth one is the worker's to say; the pool decides only where there is no worker left to ask.
package struct RetryRule: Sendable, Equatable {
  /// What a worker ends of that cannot say anything more.
  package enum Loss: Sendable {
    /// Its process died.
    case death
    /// It was ended since it took too long.
    case timeLimit
  }

  /// Further tries of a record, at most.
  package var retries = 0
  /// The longest pause before the first of them. It doubles with each.
  package var firstDelay: Nanoseconds = .seconds(1)
  /// The longest pause before any of them, unless the worker asks for a longer one.
  package var longestDelay: Nanoseconds = .seconds(60)
  /// Which losses of a worker are worth another try of the record that it was at.
  package var losses: Set<Loss> = [.timeLimit]

  /// No retries.
  package init() {}

  /// Tries again whatever the pool itself finds to have failed, without a pause.
  static func atOnce(_ retries: Int) -> RetryRule {
    var rule = RetryRule()
    rule.retries = retries
    rule.firstDelay = 0
    rule.longestDelay = 0
    rule.losses = [.death, .timeLimit]
    return rule
  }

  /// The pause before the next try.
  ///
  /// Exponential back-off with full jitter: any time up to a limit that doubles with each try, so
  /// that records that failed together do not come back together. Where the worker has said how
  /// long the record is to wait, it is that time and a little more, by chance as well.
  /// - Parameters:
  ///   - tries: how often the record has been tried.
  ///   - pause: how long the record is to wait at least.
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
