import VimapSystem

/// The most time that a worker may take to be ready, and to spend on a record.
extension PoolDriver {
  func nextDeadline(_ now: Nanoseconds) -> Nanoseconds? {
    if configuration.timeLimit == nil, configuration.startLimit == nil { return nil }
    let ends = workers.slots.compactMap { slot -> Nanoseconds? in
      // One that was killed is waited for.
      guard let worker = state.slots[slot].worker, !worker.wasKilled else { return nil }
      if !worker.isServing { return startDeadline(slot) }
      guard let limit = configuration.timeLimit else { return nil }
      // A worker does not tell when it begins a record; it has done so by now at the earliest.
      let since = workers[slot]?.busySince ?? (state.slots[slot].outstanding > 0 ? now : nil)
      return since?.plus(limit)
    }
    return ends.min()
  }

  private func startDeadline(_ slot: Int) -> Nanoseconds? {
    guard let limit = configuration.startLimit, let worker = workers[slot], !worker.isDoomed else {
      return nil
    }
    return worker.forkedAt?.plus(limit)
  }

  func endLateWorkers() {
    if configuration.timeLimit == nil, configuration.startLimit == nil { return }
    let now = Clock.now()
    for slot in workers.slots {
      guard let worker = workers[slot] else { continue }
      if state.slots[slot].worker?.isServing == false {
        if let end = startDeadline(slot), end <= now { giveUpStarting(slot, worker) }
        continue
      }
      guard let limit = configuration.timeLimit else { continue }
      // Read in this order: a worker that goes on in between has begun more than this when it ends.
      let begun = worker.begun
      guard let since = worker.busySince, since.plus(limit) <= now else { continue }
      state.workerIsLate(slot, begun: begun)
    }
  }

  private func giveUpStarting(_ slot: Int, _ worker: WorkerProcess) {
    let limit = Duration.nanoseconds(Int64(clamping: configuration.startLimit ?? 0))
    let text = "worker \(slot) was not ready within \(limit)"
    onBadEnd?(WorkerEndReport(slot: slot, wasReady: false, end: nil, words: text))
    state.workerFailed(slot, WorkerFailure(text))
    worker.kill()
  }
}
