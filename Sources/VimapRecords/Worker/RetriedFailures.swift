/// Which failures of records are worth another try.
package struct RetriedFailures: Sendable, Equatable {
  /// Those of these kinds.
  package var kinds: Set<RecordException.Kind> = []
  /// Those of these kinds whose ``RecordException/code`` is one of these.
  package var codes: [RecordException.Kind: [ClosedRange<Int>]] = [:]
  /// Answers that broke off, whatever their kind.
  package var coversTornAnswers = false

  /// None.
  package init() {}

  /// Whether a record that failed so is worth another try.
  package func covers(_ exception: RecordException) -> Bool {
    if kinds.contains(exception.kind) || exception.isTorn && coversTornAnswers { return true }
    guard let code = exception.code, let codes = codes[exception.kind] else { return false }
    return codes.contains { $0.contains(code) }
  }
}
