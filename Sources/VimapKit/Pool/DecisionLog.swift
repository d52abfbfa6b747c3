import VimapSystem

/// Reports a pool's decisions to a listener. Without one, no decision is even put together.
final class DecisionLog {
  private var listener: ((PoolDecision) -> Void)?
  /// The batch size that was last reported.
  private var toldBatchSize = 1

  var isRead: Bool { listener != nil }

  func setListener(_ listener: ((PoolDecision) -> Void)?) { self.listener = listener }

  func note(_ decision: @autoclosure () -> PoolDecision?) {
    if let listener, let decision = decision() { listener(decision) }
  }

  /// - Parameter forkableFrom: from when on the next worker may take the slot.
  func noteEnd(of slot: Int, _ end: ProcessEnd, asTold: Bool, forkableFrom: Nanoseconds?) {
    note(
      .workerEnded(
        number: slot, asTold: asTold, how: "\(end)", pause: Self.time(until: forkableFrom ?? 0)))
  }

  /// Reports the batch size if it has changed by a factor of four or more.
  func noteBatchSize(_ size: Int) {
    guard isRead, size >= 4 * toldBatchSize || 4 * size <= toldBatchSize else { return }
    toldBatchSize = size
    note(.batchSize(size))
  }

  /// - Parameter place: where the record is, if known.
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
