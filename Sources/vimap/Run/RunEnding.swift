import VimapKit

/// What is still done when a run is to stop, for the person who waits for it.
struct RunEnding: CustomStringConvertible {
  let status: PoolStatus
  /// The longest that a record may take; `nil` for no limit.
  let timeLimit: String?

  var description: String {
    guard status.begun > 0 else { return "nothing is under way" + cancelled }
    let (records, workers) = (status.begun, status.workersAtWork)
    return "finishing \(records) \(records == 1 ? "record" : "records") with \(workers)"
      + " \(workers == 1 ? "worker" : "workers"), "
      + (timeLimit.map { "for up to \($0)\(records == 1 ? "" : " each")" }
        ?? "however long \(records == 1 ? "it takes" : "they take")")
      + cancelled
  }

  private var cancelled: String {
    let left = status.inFlight - status.begun
    return left > 0 ? "; \(left) read and not begun \(left == 1 ? "is" : "are") cancelled" : ""
  }
}
