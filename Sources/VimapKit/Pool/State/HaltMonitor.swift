/// Counts the records that have their final answers. Says when so many of them have failed that the
/// run must stop.
struct HaltMonitor {
  private let rule: HaltRule?
  private(set) var finished = 0
  private(set) var failed = 0

  init(_ rule: HaltRule?, before: Before = Before()) {
    self.rule = rule
    finished = before.outputs + before.exceptions
    failed = before.exceptions
  }

  /// Every finished record has failed.
  var hasNoOutput: Bool { finished == failed }

  /// - Returns: how to stop, and how far the run has come, if there are too many failures; else
  ///   `nil`.
  mutating func note(
    _ records: Int, failed isFailure: Bool
  ) -> (manner: HaltRule.Manner, point: HaltPoint)? {
    finished += records
    if isFailure { failed += records }
    guard let rule, rule.isMet(failed: failed, of: finished) else { return nil }
    return (rule.manner, HaltPoint(failed: failed, finished: finished))
  }
}
