import VimapSystem

/// What the driver does with workers: it has them forked, hears what they say, and buries them.
extension PoolDriver {
  func fork(_ seat: Int) {
    do throws(SystemError) {
      try crew.fork(seat, watchedBy: &poll)
      tellOfPauses(seat)
      onDecision?(.workerStarted(number: seat))
    } catch {
      state.workerFailed(
        seat, WorkerFailure("\(error)", errno: Int(error.code.rawValue)))
      state.workerEnded(seat, .exited(status: 1), begun: 0, now: Clock.now())
      // Told last, as whoever is told may close the pool.
      noteFewer(crew.count, "\(error)")
    }
  }

  /// A worker cannot be had, but others can do its work.
  private func noteFewer(_ running: Int, _ reason: String) {
    if running > 0 { onNotice(.fewerWorkers(running: running, reason: reason)) }
  }

  func takeMessages(of worker: WorkerProcess, _ seat: Int) throws(SystemError) {
    while true {
      switch try worker.socket.receive(FromWorker.self, waiting: false) {
      case .nothingYet: return
      case .ended:
        bury(worker, seat)
        return
      case .message(let message, let text, let attached):
        take(message, text?.bytes.text ?? "", attached, from: worker, seat)
      }
    }
  }

  private func take(
    _ message: FromWorker, _ text: String, _ attached: consuming OwnedDescriptor?,
    from worker: WorkerProcess, _ seat: Int
  ) {
    switch message.kind {
    case .forked:
      worker.isForked(as: ProcessID(message.index))
      state.workerIsForked(seat)
    case .notForked:
      state.workerFailed(seat, WorkerFailure(text, errno: Int(message.code)))
      noteFewer(message.index, text)
    case .ready: state.workerIsReady(seat)
    case .failed:
      let errno = message.code == 0 ? nil : Int(message.code)
      let failure = WorkerFailure(text, errno: errno)
      onStartFailure(seat, failure)
      state.workerFailed(seat, failure)
      noteFewer(crew.forkedCount - 1, text)
    case .lastWords: state.workerSaid(seat, text)
    case .hungry: state.workerWantsMore(seat)
    case .retiring: state.workerRetires(seat, begun: UInt64(max(0, message.index)))
    case .pause:
      leaveAlone(
        HostPause(
          host: text, end: UInt64(max(0, message.index)), length: UInt64(max(0, message.length)),
          status: Int(message.code)))
    case .resting: worker.rest(until: UInt64(max(0, message.index)))
    case .notice: onNotice(.worker(number: seat, text))
    case .gaps: countGaps(UInt64(max(0, message.index)))
    case .decision: onDecision?(.worker(number: seat, text))
    case .certain: doubts?.settle(seat)
    case .outOfStep: loseStep(seat, suspects: message.index, text)
    case .stray:
      report.isOutOfStep = true
      onNotice(.stray(worker: seat, text))
    case .inVain: state.commandWasInVain(text)
    case .results:
      let slab = Int(message.slab)
      guard let runs = worker.slabs.readRuns(of: slab, published: Int(message.published)) else {
        worker.kill()
        return
      }
      if message.slabIsFull { worker.slabs.takeBack(slab) }
      take(runs, of: slab, attached, from: worker, seat)
      if worker.slabs.isIdle(slab) { worker.give(slab) }
      relieveIfStuck(seat)
    }
  }

  private func bury(_ worker: WorkerProcess, _ seat: Int) {
    // How one ended that left as it was told to, with all it had answered, changes nothing.
    let isOfInterest = !state.hasLeft(seat) || onDecision != nil
    guard let end = crew.bury(seat, isOfInterest: isOfInterest, watchedBy: &poll) else { return }
    for (slab, runs) in worker.slabs.salvage() {
      take(runs, of: slab, nil, from: worker, seat)
    }
    let wasTold = state.slots[seat].worker?.wasToldToLeave == true
    state.workerEnded(
      seat, end, begun: worker.begun, unsent: worker.unsent, now: Clock.now())
    explainEnd(of: seat, end, asTold: wasTold)
  }
}
