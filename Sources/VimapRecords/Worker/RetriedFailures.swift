/// Which failures of records are worth another try.
package struct RetriedFailures: Sendable, Equatable {
  /// Failures of these kinds.
  package var kinds: Set<RecordException.Kind> = []
  /// Failures of these kinds with a ``RecordException/code`` in one of the ranges.
  package var codes: [RecordException.Kind: [ClosedRange<Int>]] = [:]
  /// Answers that broke off, whatever their kind.
  package var coversTornAnswers = false

  /// No failures.
  package init() {}

  /// Whether a record that failed with this exception is worth another try.
  package func covers(_ exception: RecordException) -> Bool {
    if kinds.contains(exception.kind) || exception.isTorn && coversTornAnswers { return true }
    guard let code = exception.code, let codes = codes[exception.kind] else { return false }
    return codes.contains { $0.contains(code) }
  }
}
