import VimapSystem

@testable import VimapKit

/// What the pool decides on, and what becomes of it.
extension SimulatedPool {
  /// As the driver does between two waits.
  mutating func attend() {
    perform()
    asked = clock
    wanted = state.demand(now: asked)
    perform()
    if isFinished { wanted = nil }
    if state.isFull {
      state.inputIsBlocked()
      perform()
    }
  }

  private mutating func perform() {
    while case let actions = state.takeActions(), !actions.isEmpty {
      justFailed.removeAll(keepingCapacity: true)
      for action in actions {
        for action in sabotage.actions(action) { perform(action) }
      }
    }
    if state.phase.failure != nil { books.mayGiveUp = true }
  }

  private mutating func perform(_ action: PoolState.Action) {
    if isFinished { books.complain("\(action) after the end") }
    if state.phase.failure != nil { books.mayGiveUp = true }
    switch action {
    case .fork(let slot): fork(slot)
    case .send(let slot, let batch, let records, let attempt):
      send(batch, records, attempt, to: slot)
    case .flush(let slot):
      books.see("drain")
      workers[slot]?.flush()
    case .close(let slot):
      books.see("close")
      workers[slot]?.flush()
      workers[slot]?.isClosing = true
    case .recall(let slot):
      books.see("recall")
      workers[slot]?.flush()
      workers[slot]?.isClosing = true
      workers[slot]?.isRecalled = true
    case .halted(let point):
      books.see("halted")
      books.halt(at: point)
    case .kill(let slot):
      books.see("kill")
      workers[slot]?.isDoomed = true
    case .except(let batch, let records, let cause):
      books.see(cause.name)
      if books.isAbandoned { return }
      books.attribution(batch, records, cause, isHopeless: isHopeless(cause))
      books.failed += records.count
      answer(batch, records)
    case .park(let batch, let record, let cause, _):
      books.see("hold \(cause.name)")
      books.attribution(batch, record..<(record + 1), cause, isHopeless: isHopeless(cause))
      books.hold(batch, record, until: now)
    case .answerParked(let batch, let record):
      books.see("answerHeld")
      books.answerHeld(batch, record)
      pass(batch, record..<(record + 1))
    case .complete(let batch):
      books.complete(batch)
      if reorderBuffer == nil { release(batch) }
    case .finish: finish()
    }
  }

  private mutating func fork(_ slot: Int) {
    if books.isStopped { books.complain("forked, though the run is stopped") }
    if workers[slot] != nil { books.complain("forked, though occupied") }
    guard failingForks > 0 else {
      workers[slot] = SimulatedWorker()
      return
    }
    books.see("failed fork")
    failingForks -= 1
    // It takes its time.
    now += 1
    justFailed.insert(slot)
    state.workerFailed(slot, WorkerFailure("fork: Resource temporarily unavailable"))
    state.workerEnded(slot, .exited(status: 1), begun: 0, now: clock)
  }

  private mutating func send(
    _ batch: UInt64, _ records: Range<Int>, _ attempt: Int, to slot: Int
  ) {
    guard let worker = workers[slot] else {
      if !justFailed.contains(slot) { books.complain("sent to nobody") }
      return
    }
    if worker.isClosing { books.complain("sent to one that was told to leave") }
    if attempt > 1 { books.see("another attempt") }
    books.send(
      batch, records, to: slot, isRetired: state.slots.contains(where: \.isRetired), now: now)
    workers[slot]?.receive(batch, records)
    let received = Int(worker.received) + records.count
    if received > rules.recycleAfter ?? .max { books.complain("more than its lifespan") }
    if state.admission.isPaced,
      state.slots[slot].outstanding > state.admission.mostAtOnce
    {
      books.complain("more than can be started")
    }
  }

  private mutating func finish() {
    books.finish()
    if workers.contains(where: { $0 != nil }) { books.complain("finished, with workers left") }
    if !books.isAbandoned, reorderBuffer?.isEmpty == false {
      books.complain("results are held back")
    }
    if !books.isAbandoned,
      state.admission.inFlight != 0 || state.admission.unfinished != books.unfinished
    {
      books.complain(
        "in flight at the end: \(state.admission.inFlight), unfinished: \(state.admission.unfinished)"
      )
    }
  }

  private func isHopeless(_ cause: PoolState.Cause) -> Bool {
    guard case .workerDied(let slot, _, _, _) = cause else { return false }
    return state.slots[slot].vainEnds >= WorkerSlot.mostVainEnds
  }
}

extension PoolState.Cause {
  fileprivate var name: String {
    switch self {
    case .workerDied: "workerDied"
    case .timedOut: "timedOut"
    case .cannotStart: "cannotStart"
    case .cancelled: "cancelled"
    case .unpaired: "unpaired"
    }
  }
}
