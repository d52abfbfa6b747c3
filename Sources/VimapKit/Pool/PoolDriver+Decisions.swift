import VimapSystem

/// What the driver tells of decisions, where somebody wants to know.
extension PoolDriver {
  func explainEnd(of slot: Int, _ end: ProcessEnd, asTold: Bool) {
    guard let onDecision else { return }
    let now = Clock.now()
    let pause = max(now, state.slots[slot].forkableFrom ?? now) - now
    onDecision(
      .workerEnded(
        number: slot, asTold: asTold, how: "\(end)",
        pause: .nanoseconds(Int64(clamping: pause))))
  }

  /// Sizes that are near to each other make no difference.
  func explainBatchSize() {
    guard let onDecision, case let size = state.batchSize,
      size >= 4 * toldBatchSize || 4 * size <= toldBatchSize
    else { return }
    toldBatchSize = size
    onDecision(.batchSize(size))
  }

  func explainRetry(of record: Int, in batch: UInt64, _ next: RetryQueue.NextTry) {
    guard let onDecision, let place = place(of: record, in: batch) else { return }
    let now = Clock.now()
    onDecision(
      .retry(
        place, attempt: next.attempt - 1,
        pause: .nanoseconds(Int64(clamping: max(now, next.due) - now))))
  }

  func explainPause(of key: String, until moment: Nanoseconds) {
    guard let onDecision, case let now = Clock.now(), moment > now else { return }
    onDecision(.pausedKey(key, .nanoseconds(Int64(clamping: moment - now))))
  }
}
