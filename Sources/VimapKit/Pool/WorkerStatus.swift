import VimapSystem

/// What a worker of a ``RecordPool`` is doing.
package enum WorkerStatus: Sendable, Equatable {
  /// There is none, as there was no need of it or it has left.
  case absent
  /// The last one ended without having done anything; another is started in so much time.
  case pausing(Duration)
  /// It is being set up.
  case starting
  /// It has nothing to do.
  case idle
  /// It has records, and can do nothing but wait until servers may be sent to again.
  case resting
  /// It has records, the oldest of them for so long.
  case busy(records: Int, oldest: PoolStatus.Place, since: Duration)
}

extension PoolDriver {
  func workerStatus(_ number: Int, _ now: Nanoseconds) -> WorkerStatus {
    let slot = state.slots[number]
    guard let occupant = slot.worker else {
      guard let time = slot.forkableFrom, time > now else { return .absent }
      return .pausing(.nanoseconds(Int64(clamping: time - now)))
    }
    // What is sent to it before it is set up waits for that.
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
