import VimapSystem

/// Tells whoever wants to know what a pool decides, and makes up nothing where nobody does.
final class DecisionLog {
  private var listener: ((PoolDecision) -> Void)?
  /// The size of batches that was told of last.
  private var toldBatchSize = 1

  var isRead: Bool { listener != nil }

  func setListener(_ listener: ((PoolDecision) -> Void)?) { self.listener = listener }

  func note(_ decision: @autoclosure () -> PoolDecision?) {
    if let listener, let decision = decision() { listener(decision) }
  }

  /// - Parameter forkableFrom: when the next worker may take the place of the one that ended.
  func noteEnd(of slot: Int, _ end: ProcessEnd, asTold: Bool, forkableFrom: Nanoseconds?) {
    note(
      .workerEnded(
        number: slot, asTold: asTold, how: "\(end)", pause: Self.time(until: forkableFrom ?? 0)))
  }

  /// Sizes that are near to each other make no difference.
  func noteBatchSize(_ size: Int) {
    guard isRead, size >= 4 * toldBatchSize || 4 * size <= toldBatchSize else { return }
    toldBatchSize = size
    note(.batchSize(size))
  }

  /// - Parameter place: where the record is, if that is known.
  func noteRetry(of place: @autoclosure () -> PoolStatus.Place?, _ next: RetryQueue.NextTry) {
    note(
      place().map {
        .retry($0, attempt: next.attempt - 1, pause: Self.time(until: next.due))
      })
  }

  func notePause(of key: String, until moment: Nanoseconds) {
    note(
      Self.time(until: moment) == .zero ? nil : .pausedKey(key, Self.time(until: moment)))
  }

  private static func time(until moment: Nanoseconds) -> Duration {
    let now = Clock.now()
    return .nanoseconds(Int64(clamping: max(now, moment) - now))
  }
}
