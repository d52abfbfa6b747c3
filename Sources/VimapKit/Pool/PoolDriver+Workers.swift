import VimapSystem

/// What the driver does with workers: it has them forked, takes their messages, and reaps them.
extension PoolDriver {
  func fork(_ slot: Int) {
    do throws(SystemError) {
      try workers.fork(slot, watchedBy: &watch.poll)
      tellOfPauses(slot)
      decisions.note(.workerStarted(number: slot))
    } catch {
      state.workerFailed(
        slot, WorkerFailure("\(error)", errno: Int(error.code.rawValue)))
      state.workerEnded(slot, .exited(status: 1), begun: 0, now: Clock.now())
      // This comes last, since the listener may close the pool.
      noteFewer(workers.count, "\(error)")
    }
  }

  /// Reports that a worker cannot be started, if others can do its work.
  private func noteFewer(_ running: Int, _ reason: String) {
    if running > 0 { onEvent(.fewerWorkers(running: running, reason: reason)) }
  }

  func takeMessages(of worker: WorkerProcess, _ slot: Int) throws(SystemError) {
    while true {
      switch try worker.socket.receive(FromWorker.self, waiting: false) {
      case .nothingYet: return
      case .ended:
        takeEnd(of: worker, slot)
        return
      case .message(let message, let text, let attached):
        take(message, text?.bytes.text ?? "", attached, from: worker, slot)
      }
    }
  }

  private func take(
    _ message: FromWorker, _ text: String, _ attached: consuming OwnedDescriptor?,
    from worker: WorkerProcess, _ slot: Int
  ) {
    switch message.kind {
    case .forked:
      worker.isForked(as: ProcessID(message.index))
      state.workerIsForked(slot)
    case .notForked:
      state.workerFailed(slot, WorkerFailure(text, errno: Int(message.code)))
      noteFewer(message.index, text)
    case .ready: state.workerIsReady(slot)
    case .failed:
      let errno = message.code == 0 ? nil : Int(message.code)
      let failure = WorkerFailure(text, errno: errno)
      onStartFailure(slot, failure)
      state.workerFailed(slot, failure)
      noteFewer(workers.forkedCount - 1, text)
    case .exitMessage: state.workerSaid(slot, text)
    case .wantsMore: state.workerWantsMore(slot)
    case .retiring: state.workerRetires(slot, begun: UInt64(max(0, message.index)))
    case .pause:
      leaveAlone(
        KeyPause(
          key: text, end: UInt64(max(0, message.index)), length: UInt64(max(0, message.length)),
          reason: Int(message.code)))
    case .resting: worker.rest(until: UInt64(max(0, message.index)))
    case .notice: onEvent(.said(worker: slot, text))
    case .gaps: countGaps(UInt64(max(0, message.index)))
    case .decision: decisions.note(.worker(number: slot, text))
    case .certain: doubts?.settle(slot)
    case .outOfStep: loseStep(slot, suspects: message.index, text)
    case .stray:
      report.isOutOfStep = true
      onEvent(.stray(worker: slot, text))
    case .inVain: state.commandWasInVain(text)
    case .results:
      let slab = Int(message.slab)
      guard let runs = worker.slabs.readRuns(of: slab, published: Int(message.published)) else {
        worker.kill()
        return
      }
      if message.slabIsFull { worker.slabs.takeBack(slab) }
      take(runs, of: slab, attached, from: worker, slot)
      if worker.slabs.isIdle(slab) { worker.give(slab) }
      spillIfStuck(slot)
    }
  }

  private func takeEnd(of worker: WorkerProcess, _ slot: Int) {
    // How one ended that left as it was told to, with all it had answered, changes nothing.
    let isOfInterest = !state.hasLeft(slot) || decisions.isRead || onBadEnd != nil
    guard let left = workers.reap(slot, isOfInterest: isOfInterest, watchedBy: &watch.poll) else {
      return
    }
    let end = left.end
    for (slab, runs) in worker.slabs.salvage() {
      take(runs, of: slab, nil, from: worker, slot)
    }
    if let words = left.lastWords, state.slots[slot].worker?.exitMessage.isEmpty == true {
      state.workerSaid(slot, words)
    }
    reportBadEnd(of: worker, slot, end)
    let wasTold = state.slots[slot].worker?.wasToldToLeave == true
    state.workerEnded(
      slot, end, begun: worker.begun, unsent: worker.unsent, now: Clock.now())
    let forkableFrom = state.slots[slot].forkableFrom
    decisions.noteEnd(of: slot, end, asTold: wasTold, forkableFrom: forkableFrom)
  }

  /// No record is charged with how a worker ended that was not ready or had nothing at hand; so
  /// that is told.
  private func reportBadEnd(of process: WorkerProcess, _ slot: Int, _ end: ProcessEnd) {
    guard let onBadEnd, !process.isDoomed, !isGivenUp, let worker = state.slots[slot].worker,
      worker.failure == nil, !worker.wasKilled
    else { return }
    let isBad = worker.isServing ? end != .exited(status: 0) : !isAbandoned
    let hasRecord = !isAbandoned && process.begun > worker.load.answered
    guard isBad, !(worker.isServing && hasRecord) else { return }
    onBadEnd(
      WorkerEndReport(
        slot: slot, wasReady: worker.isServing, end: end, words: worker.exitMessage))
  }
}
