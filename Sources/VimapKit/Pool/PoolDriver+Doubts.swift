import VimapBytes

/// What the driver does about outputs that may stand beside the wrong inputs.
extension PoolDriver {
  /// A worker's answers and records did not match up.
  /// - Parameter suspects: how many of its last outputs are in doubt, at most.
  func loseStep(_ seat: Int, suspects: Int, _ text: String) {
    report.isOutOfStep = true
    let rows = doubts?.confirm(seat, last: suspects, in: slabs) { batches[$0] }
    onNotice(.outOfStep(worker: seat, rows, text))
    guard configuration.stopsOutOfStep, !state.isStopping else { return }
    report.outcome = .outOfStep
    state.stop(.soon)
  }
}
