import Testing
import VimapSystem

@testable import VimapKit

@Suite struct WaitReasonTests {
  private func reason(_ change: (inout WaitingMoment) -> Void) -> WaitReason {
    var moment = WaitingMoment()
    change(&moment)
    return WaitReason(moment)
  }

  @Test func workersWhereNothingElseIsMissing() {
    #expect(reason { _ in } == .workers)
    #expect(reason { $0.hasBusyWorkers = true } == .workers)
    // More could be done at once, but there is nothing more.
    #expect(reason { ($0.hasBusyWorkers, $0.hasIdleWorkers) = (true, true) } == .workers)
    // It would only wait with the workers.
    #expect(reason { ($0.hasBusyWorkers, $0.isInputEmpty) = (true, true) } == .workers)
    #expect(reason { ($0.hasBusyWorkers, $0.awaitsTurn) = (true, true) } == .workers)
  }

  @Test func inputWhereSomebodyCouldTakeIt() {
    #expect(reason { ($0.isInputEmpty, $0.hasIdleWorkers) = (true, true) } == .input)
    #expect(
      reason {
        ($0.isInputEmpty, $0.hasIdleWorkers, $0.hasBusyWorkers) = (true, true, true)
      } == .input)
    // All that was read is done, and only being taken.
    #expect(
      reason {
        ($0.isInputEmpty, $0.hasIdleWorkers, $0.hasUntakenResults) = (true, true, true)
      } == .input)
  }

  @Test func outputWhereItHoldsUpWorkersOrIsAllThatIsLeft() {
    #expect(
      reason {
        ($0.hasUntakenResults, $0.hasStuckWorkers, $0.isInputEmpty) = (true, true, true)
      } == .output)
    #expect(
      reason {
        ($0.hasUntakenResults, $0.hasStuckWorkers, $0.hasBusyWorkers) = (true, true, true)
      } == .output)
    #expect(reason { ($0.hasUntakenResults, $0.hasIdleWorkers) = (true, true) } == .output)
    // The workers can still work.
    #expect(reason { ($0.hasUntakenResults, $0.hasBusyWorkers) = (true, true) } == .workers)
    // With -k they are stuck because of the one that everybody waits for.
    #expect(reason { ($0.hasStuckWorkers, $0.hasBusyWorkers) = (true, true) } == .workers)
  }

  @Test func serversWhereNothingElseCanBeDone() {
    #expect(reason { $0.awaitsServers = true } == .servers)
    #expect(
      reason { ($0.awaitsServers, $0.awaitsTurn, $0.hasIdleWorkers) = (true, true, true) }
        == .servers)
    #expect(reason { ($0.awaitsServers, $0.hasBusyWorkers) = (true, true) } == .workers)
    #expect(
      reason { ($0.awaitsServers, $0.hasIdleWorkers, $0.isInputEmpty) = (true, true, true) }
        == .input)
  }

  @Test func pausesWhereWorkersWouldBeFree() {
    #expect(reason { ($0.awaitsTurn, $0.hasIdleWorkers) = (true, true) } == .pauses)
    #expect(
      reason { ($0.awaitsTurn, $0.hasIdleWorkers, $0.isInputEmpty) = (true, true, true) }
        == .input)
  }
}

@Suite struct RunMeterTests {
  @Test func timeIsAccountedForOnce() {
    var meter = RunMeter(slots: 2, now: 100)
    // The pool's own work, with slot 0 busy; then a wait in which it still is.
    meter.beginWait(for: .workers, now: 110) { $0 == 0 }
    meter.endWait(now: 150)
    meter.beginWait(for: .input, now: 155) { _ in false }
    meter.endWait(now: 255)
    meter.beginWait(for: .workers, now: 256) { $0 == 1 }
    meter.endWait(now: 260)
    #expect(meter.waits == [.workers: 44, .input: 100])
    #expect(meter.busy == [50, 5])
    meter.noteAnswers(3, of: 1)
    meter.noteAnswers(4, of: 1)
    #expect(meter.records == [0, 7])
  }
}

/// Tries are counted as `attempts` in `meta` are, added up.
@Suite struct TryTallyTests {
  private func pool(retries: Int = 0, _ attribution: DeathAttribution = .firstBegun) throws
    -> PoolState
  {
    var rules = PoolState.Rules(jobs: 1, chunk: 4, window: 1 << 20)
    rules.retry.retries = retries
    rules.retry.losses = [.death]
    rules.attribution = attribution
    var state = PoolState(rules, seed: 1)
    state.workerIsReady(0)
    let demand = state.demand(now: 0)
    let wanted = try #require(demand)
    state.take(batch: 0, records: 4, bytes: 4, for: wanted, now: 0)
    return state
  }

  @Test func answersAreTries() throws {
    var state = try pool()
    #expect(state.answered(0, batch: 0, records: 0..<2, now: 0) == true)
    #expect(state.answered(0, batch: 0, records: 2..<3, failed: true, now: 0) == true)
    #expect(
      state.answered(0, batch: 0, records: 3..<4, failed: true, wasTried: false, now: 0) == true)
    #expect(state.tries.all == 3)
    #expect(state.tries.again == 0)
  }

  @Test func furtherTries() throws {
    var state = try pool(retries: 2)
    #expect(state.retry(0, batch: 0, record: 1, now: 0) != nil)
    state.endInput()
    _ = state.demand(now: .seconds(9))
    #expect(state.retry(0, batch: 0, record: 1, now: .seconds(9)) != nil)
    _ = state.demand(now: .seconds(99))
    #expect(state.answered(0, batch: 0, records: 1..<2, now: .seconds(99)) == true)
    #expect((state.tries.all, state.tries.again) == (3, 2))
  }

  @Test func whatAWorkerHadBegunWhenItDied() throws {
    for attribution in [DeathAttribution.firstBegun, .everyBegun] {
      var state = try pool(attribution)
      #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
      state.workerEnded(0, .killed(signal: 9), begun: 3, now: 0)
      #expect((state.tries.all, state.tries.again) == (3, 0))
    }
  }

  @Test func whatWasNeverBegunIsNoTry() throws {
    var state = try pool()
    state.stop(.now)
    state.workerEnded(0, .killed(signal: 9), begun: 1, now: 0)
    #expect((state.tries.all, state.tries.again) == (1, 0))
  }
}
