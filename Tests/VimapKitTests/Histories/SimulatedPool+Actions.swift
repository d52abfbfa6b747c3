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
    case .fork(let seat): fork(seat)
    case .send(let seat, let batch, let records, let attempt):
      send(batch, records, attempt, to: seat)
    case .flush(let seat):
      books.see("drain")
      workers[seat]?.drain()
    case .close(let seat):
      books.see("close")
      workers[seat]?.drain()
      workers[seat]?.isClosing = true
    case .recall(let seat):
      books.see("recall")
      workers[seat]?.drain()
      workers[seat]?.isClosing = true
      workers[seat]?.isRecalled = true
    case .halted(let point):
      books.see("halted")
      books.halt(at: point)
    case .kill(let seat):
      books.see("kill")
      workers[seat]?.isDoomed = true
    case .except(let batch, let records, let cause):
      books.see(cause.name)
      if books.isAbandoned { return }
      books.blame(batch, records, cause, isHopeless: isHopeless(cause))
      books.failed += records.count
      answer(batch, records)
    case .park(let batch, let record, let cause, _):
      books.see("hold \(cause.name)")
      books.blame(batch, record..<(record + 1), cause, isHopeless: isHopeless(cause))
      books.hold(batch, record, until: now)
    case .answerParked(let batch, let record):
      books.see("answerHeld")
      books.answerHeld(batch, record)
      pass(batch, record..<(record + 1))
    case .complete(let batch):
      books.complete(batch)
      if orderer == nil { release(batch) }
    case .finish: finish()
    }
  }

  private mutating func fork(_ seat: Int) {
    if books.isStopped { books.complain("forked, though the run is stopped") }
    if workers[seat] != nil { books.complain("forked, though occupied") }
    guard failingForks > 0 else {
      workers[seat] = SimulatedWorker()
      return
    }
    books.see("failed fork")
    failingForks -= 1
    // It takes its time.
    now += 1
    justFailed.insert(seat)
    state.workerFailed(seat, WorkerFailure("fork: Resource temporarily unavailable"))
    state.workerEnded(seat, .exited(status: 1), begun: 0, now: clock)
  }

  private mutating func send(
    _ batch: UInt64, _ records: Range<Int>, _ attempt: Int, to seat: Int
  ) {
    guard let worker = workers[seat] else {
      if !justFailed.contains(seat) { books.complain("sent to nobody") }
      return
    }
    if worker.isClosing { books.complain("sent to one that was told to leave") }
    if attempt > 1 { books.see("another attempt") }
    books.send(
      batch, records, to: seat, isRetired: state.slots.contains(where: \.isRetired), now: now)
    workers[seat]?.receive(batch, records)
    let received = Int(worker.received) + records.count
    if received > rules.recycleAfter ?? .max { books.complain("more than its lifespan") }
    if state.admission.isPaced,
      state.slots[seat].outstanding > state.admission.mostAtOnce
    {
      books.complain("more than can be started")
    }
  }

  private mutating func finish() {
    books.finish()
    if workers.contains(where: { $0 != nil }) { books.complain("finished, with workers left") }
    if !books.isAbandoned, orderer?.isEmpty == false { books.complain("results are held back") }
    if !books.isAbandoned, state.admission.inFlight != 0 || state.admission.unfinished != books.unfinished {
      books.complain("in flight at the end: \(state.admission.inFlight), unfinished: \(state.admission.unfinished)")
    }
  }

  private func isHopeless(_ cause: PoolState.Cause) -> Bool {
    guard case .workerDied(let seat, _, _, _) = cause else { return false }
    return state.slots[seat].vainEnds >= WorkerSlot.mostVainEnds
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
