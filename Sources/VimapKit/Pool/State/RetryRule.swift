import VimapBytes
import VimapSystem

/// How many more tries a record gets, and how long the pauses before them are. The worker says
/// which failures are worth another try. The pool decides that only when the worker is lost.
package struct RetryRule: Sendable, Equatable {
  /// How a worker was lost that could say nothing more.
  package enum Loss: Sendable {
    /// Its process died.
    case death
    /// It was killed because it took too long.
    case timeLimit
  }

  /// The most tries after the first.
  package var retries = 0
  /// The longest pause before the second try. It doubles with each further try.
  package var firstDelay: Nanoseconds = .seconds(1)
  /// The longest pause before any try, unless the worker asks for a longer one.
  package var longestDelay: Nanoseconds = .seconds(60)
  /// The losses of a worker after which its record is tried again.
  package var losses: Set<Loss> = [.timeLimit]

  /// No retries.
  package init() {}

  /// Tries records again, without a pause, whenever the pool itself finds that they failed.
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
  /// Exponential back-off with full jitter: a random time up to a limit that doubles with each try,
  /// so that records that failed together do not come back together. If the worker has said how
  /// long the record has to wait, the pause is that time and a little more, which is random too.
  /// - Parameters:
  ///   - tries: how many times the record has been tried.
  ///   - pause: how long the record has to wait at least.
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
