import VimapSystem

/// What the driver knows about where its time goes.
extension PoolDriver {
  /// Called before every wait.
  func noteWait() {
    guard meter != nil else { return }
    let now = Clock.now()
    let reason = WaitReason(moment(now))
    meter?.beginWait(for: reason, now: now) {
      state.slots[$0].outstanding > 0 && !workers.isStuck($0) && workers[$0]?.isResting(now) != true
    }
  }

  /// Called after every wait.
  func noteWoken() {
    if meter != nil { meter?.endWait(now: Clock.now()) }
  }

  private func moment(_ now: Nanoseconds) -> WaitingMoment {
    var moment = WaitingMoment()
    let hasPausedKeys = !pausedKeys.current(now).isEmpty
    moment.isInputEmpty = isInputWaiting
    moment.hasUntakenResults = !flow.waiting.isEmpty
    moment.awaitsTurn = state.awaitsTurn(after: asked)
    moment.awaitsServers =
      hasPausedKeys && (state.waitingForRetry > 0 || state.admission.isHeld(now))
    for slot in workers.slots {
      if state.slots[slot].couldDoMore(concurrency: configuration.concurrency) {
        moment.hasIdleWorkers = true
      }
      guard state.slots[slot].outstanding > 0 else { continue }
      if workers.isStuck(slot) {
        moment.hasStuckWorkers = true
      } else if workers[slot]?.isResting(now) == true {
        moment.awaitsServers = true
      } else {
        moment.hasBusyWorkers = true
      }
    }
    return moment
  }

  /// What has been measured so far. `nil` if nothing is measured.
  package var measurements: PoolMeasurements? {
    guard let meter else { return nil }
    return PoolMeasurements(
      tries: state.tries, elapsed: (ended ?? Clock.now()) - started, waits: meter.waits,
      slots: workers.slots.map { measurements(of: $0, meter) })
  }

  private func measurements(of slot: Int, _ meter: RunMeter) -> PoolMeasurements.Slot {
    let history = workers.histories[slot]
    return PoolMeasurements.Slot(
      forks: history.forks, peakMemory: history.peakMemory, records: meter.records[slot],
      busy: meter.busy[slot], table: workers.tables.isEmpty ? nil : workers.tables[slot])
  }
}

extension WorkerSlot {
  /// Whether the slot's worker could work on more records than it has, or one could be started.
  fileprivate func couldDoMore(concurrency: Int) -> Bool {
    guard let worker else { return !isRetired }
    return worker.isServing && worker.goesOn
      && (worker.load.outstanding < concurrency || worker.load.wantsMore)
  }
}
