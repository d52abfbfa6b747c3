import VimapSystem

/// The most time that a worker may spend on a record.
extension PoolDriver {
  func nextDeadline(_ now: Nanoseconds) -> Nanoseconds? {
    guard let limit = configuration.timeLimit else { return nil }
    let since = workers.slots.compactMap { slot -> Nanoseconds? in
      // A worker that was killed already is only waited for.
      if state.slots[slot].worker?.wasKilled == true { return nil }
      // The worker does not say when it begins a record. At the earliest, it begins one now.
      return workers[slot]?.busySince ?? (state.slots[slot].outstanding > 0 ? now : nil)
    }
    return since.min().map { $0 + limit }
  }

  func endLateWorkers() {
    guard let limit = configuration.timeLimit else { return }
    let now = Clock.now()
    for slot in workers.slots {
      guard let worker = workers[slot] else { continue }
      // The order matters: if the worker goes on to the next record between these two reads, the
      // count at its end is higher than `begun`, and shows that it was not late with that record.
      let begun = worker.begun
      guard let since = worker.busySince, since.plus(limit) <= now else { continue }
      state.workerIsLate(slot, begun: begun)
    }
  }
}
