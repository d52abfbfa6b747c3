import VimapSystem

/// What a worker of a ``RecordPool`` is doing.
package enum WorkerStatus: Sendable, Equatable {
  /// There is no worker: it was not needed, or it has left.
  case absent
  /// The last worker ended without having done anything. Another one is started after this time.
  case pausing(Duration)
  /// The worker is being set up.
  case starting
  /// The worker has nothing to do.
  case idle
  /// All records of the worker wait for servers that have asked for a pause.
  case resting
  /// The worker has records. The oldest was sent to it this long ago.
  case busy(records: Int, oldest: PoolStatus.Place, since: Duration)
}

extension PoolDriver {
  func workerStatus(_ number: Int, _ now: Nanoseconds) -> WorkerStatus {
    let slot = state.slots[number]
    guard let occupant = slot.worker else {
      guard let time = slot.forkableFrom, time > now else { return .absent }
      return .pausing(.nanoseconds(Int64(clamping: time - now)))
    }
    // Records that are sent to a worker before it is set up wait in its socket.
    guard occupant.isServing else { return .starting }
    if workers[number]?.isResting(now) == true { return .resting }
    for assignment in occupant.load.assignments {
      guard let first = state.unanswered(in: assignment).first?.records.lowerBound,
        let place = place(of: first, in: assignment.batch)
      else { continue }
      return .busy(
        records: slot.outstanding, oldest: place,
        since: .nanoseconds(Int64(clamping: now - min(now, assignment.sentAt))))
    }
    return .idle
  }
}
