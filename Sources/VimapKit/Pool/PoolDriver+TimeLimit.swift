import VimapSystem

/// The most time that a worker may spend on a record.
extension PoolDriver {
  func nextDeadline(_ now: Nanoseconds) -> Nanoseconds? {
    guard let limit = configuration.timeLimit else { return nil }
    let since = workers.slots.compactMap { slot -> Nanoseconds? in
      // One that was killed is waited for.
      if state.slots[slot].worker?.wasKilled == true { return nil }
      // A worker does not tell when it begins a record; it has done so by now at the earliest.
      return workers[slot]?.busySince ?? (state.slots[slot].outstanding > 0 ? now : nil)
    }
    return since.min().map { $0 + limit }
  }

  func endLateWorkers() {
    guard let limit = configuration.timeLimit else { return }
    let now = Clock.now()
    for slot in workers.slots {
      guard let worker = workers[slot] else { continue }
      // Read in this order: a worker that goes on in between has begun more than this when it ends.
      let begun = worker.begun
      guard let since = worker.busySince, since.plus(limit) <= now else { continue }
      state.workerIsLate(slot, begun: begun)
    }
  }
}
