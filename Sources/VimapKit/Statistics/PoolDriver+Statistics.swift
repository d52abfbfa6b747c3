import VimapSystem

/// What the driver knows of where its time goes.
extension PoolDriver {
  /// To be called before every wait.
  func noteWait() {
    guard meter != nil else { return }
    let now = Clock.now()
    let reason = WaitReason(moment(now))
    meter?.beginWait(for: reason, now: now) {
      state.slots[$0].outstanding > 0 && !workers.isStuck($0) && workers[$0]?.isResting(now) != true
    }
  }

  /// To be called behind it.
  func noteWoken() {
    if meter != nil { meter?.endWait(now: Clock.now()) }
  }

  private func moment(_ now: Nanoseconds) -> WaitingMoment {
    var moment = WaitingMoment()
    let hasPausedHosts = !pausedHosts.current(now).isEmpty
    moment.isInputEmpty = isInputWaiting
    moment.hasUntakenResults = !flow.waiting.isEmpty
    moment.awaitsTurn = state.awaitsTurn(after: asked)
    moment.awaitsServers =
      hasPausedHosts && (state.waitingForRetry > 0 || state.admission.isHeld(now))
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

  func statistics(bytesRead: Int, bytesWritten: Int) -> RunStatistics? {
    guard let meter else { return nil }
    return RunStatistics(
      records: report.records, outputs: flow.outputs, exceptions: flow.exceptionCount,
      failures: report.failures.counts, tries: state.tries.all, retries: state.tries.again,
      bytesRead: bytesRead, bytesWritten: bytesWritten,
      elapsed: Duration((ended ?? Clock.now()) - started),
      workers: workers.slots.compactMap { worker($0, meter) },
      serviceTimes: ServiceTimes(workers.tables), waits: RunStatistics.Waits(meter.waits))
  }

  private func worker(_ slot: Int, _ meter: RunMeter) -> RunStatistics.Worker? {
    let history = workers.histories[slot]
    guard history.forks > 0 else { return nil }
    let table = workers.tables.isEmpty ? nil : workers.tables[slot]
    return RunStatistics.Worker(
      number: slot, records: meter.records[slot], busy: Duration(meter.busy[slot]),
      restarts: history.forks - 1 + (table?.restarts ?? 0), peakMemory: history.peakMemory,
      concurrency: table?.concurrency)
  }
}

extension WorkerSlot {
  /// Its worker could be at more records than it has, or there could be one.
  fileprivate func couldDoMore(concurrency: Int) -> Bool {
    guard let worker else { return !isRetired }
    return worker.isServing && worker.goesOn
      && (worker.load.outstanding < concurrency || worker.load.wantsMore)
  }
}

extension RunStatistics.Waits {
  fileprivate init(_ waits: [WaitReason: Nanoseconds]) {
    func time(_ reason: WaitReason) -> Duration { Duration(waits[reason] ?? 0) }
    self.init(
      input: time(.input), workers: time(.workers), output: time(.output),
      pauses: time(.pauses), servers: time(.servers))
  }
}

extension Duration {
  fileprivate init(_ time: Nanoseconds) { self = .nanoseconds(Int64(clamping: time)) }
}
