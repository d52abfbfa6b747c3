import VimapKit
import VimapRecords

/// Says what is still done when a run is to stop, for the user who waits for that.
struct RunEnding: CustomStringConvertible {
  let status: PoolStatus
  let patience: Patience
  /// What is not begun is not cancelled, and is done by another run.
  let leavesUndone: Bool

  /// How long the work that has been begun may take, as a text.
  enum Patience {
    /// All of it together.
    case altogether(String)
    /// Each record.
    case each(String)
  }

  var description: String {
    guard status.begun > 0 else { return "nothing is under way" + cancelled }
    let (records, workers) = (status.begun, status.workersAtWork)
    return "finishing \(records) \(records == 1 ? "record" : "records") with \(workers)"
      + " \(workers == 1 ? "worker" : "workers"), "
      + "for up to \(time(records))" + cancelled
  }

  private func time(_ records: Int) -> String {
    switch patience {
    case .altogether(let time): time
    case .each(let time): records == 1 ? time : "\(time) each"
    }
  }

  private var cancelled: String {
    let left = status.inFlight + status.held - status.begun
    if left <= 0 { return "" }
    let end = leavesUndone ? "left" : "cancelled"
    return "; \(left) read and not begun \(left == 1 ? "is" : "are") \(end)"
  }
}
