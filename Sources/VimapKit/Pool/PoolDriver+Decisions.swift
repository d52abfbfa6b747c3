import VimapSystem

/// What the driver tells of decisions, where somebody wants to know.
extension PoolDriver {
  func explainEnd(of seat: Int, _ end: ProcessEnd, asTold: Bool) {
    guard let onDecision else { return }
    let now = Clock.now()
    let pause = max(now, state.seats[seat].retryTime ?? now) - now
    onDecision(
      .workerEnded(
        number: seat, asTold: asTold, how: "\(end)",
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

  /// The record that was put aside last.
  func explainRetry() {
    guard let onDecision, let latest = state.latestWait, case let failed = latest.assignment,
      let place = place(of: failed.records.lowerBound, in: failed.batch)
    else { return }
    let now = Clock.now()
    onDecision(
      .retry(
        place, attempt: failed.attempt - 1,
        pause: .nanoseconds(Int64(clamping: max(now, latest.due) - now))))
  }

  func explainPause(of host: String, until moment: Nanoseconds) {
    guard let onDecision, case let now = Clock.now(), moment > now else { return }
    onDecision(.pausedHost(host, .nanoseconds(Int64(clamping: moment - now))))
  }
}
