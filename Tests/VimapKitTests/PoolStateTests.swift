import Testing
import VimapSystem

@testable import VimapKit

@Suite struct PoolStateTests {
  private func rules(jobs: Int, window: Int = 1 << 20) -> PoolState.Rules {
    PoolState.Rules(jobs: jobs, chunk: nil, window: window)
  }

  /// A pool of one worker that is ready.
  private func readyPool(jobs: Int = 1, chunk: Int? = nil) -> PoolState {
    var state = PoolState(PoolState.Rules(jobs: jobs, chunk: chunk, window: 1 << 20))
    _ = state.takeActions()
    state.workerIsReady(0)
    return state
  }

  private func give(_ state: inout PoolState, _ batch: UInt64, records: Int) throws {
    let wanted = state.demand(now: 0)
    let demand = try #require(wanted)
    state.take(batch: batch, records: records, bytes: records, for: demand, now: 0)
  }

  @Test func oneWorkerIsStartedBeforeThereIsInput() {
    var state = PoolState(rules(jobs: 4))
    #expect(state.takeActions() == [.fork(slot: 0)])
    #expect(state.demand(now: 0) == nil)
    state.workerIsReady(0)
    #expect(state.demand(now: 0) == PoolState.Demand(slot: 0, records: 1))
    #expect(state.takeActions() == [])
  }

  @Test func recordsGoToIdleWorkersFirst() throws {
    var state = readyPool(jobs: 3)
    for batch in UInt64(0)..<3 { try give(&state, batch, records: 1) }
    #expect(
      state.takeActions() == [
        .send(slot: 0, batch: 0, records: 0..<1, attempt: 1),
        .fork(slot: 1), .send(slot: 1, batch: 1, records: 0..<1, attempt: 1),
        .fork(slot: 2), .send(slot: 2, batch: 2, records: 0..<1, attempt: 1),
      ])
  }

  @Test func aWorkerIsGivenTwoBatchesAhead() throws {
    var state = readyPool()
    for batch in UInt64(0)..<3 { try give(&state, batch, records: 1) }
    #expect(state.demand(now: 0) == nil)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 1) == true)
    #expect(state.demand(now: 1) != nil)
  }

  @Test func aHungryWorkerIsGivenMoreEachTime() throws {
    var state = readyPool()
    for batch in UInt64(0)..<3 { try give(&state, batch, records: 1) }
    state.workerWantsMore(0)
    let demand = state.demand(now: 0)
    #expect(demand?.records == 3)
  }

  @Test func aHungryWorkerThatCanBeGivenNoMoreIsToldToDrain() throws {
    var state = readyPool()
    try give(&state, 0, records: 1)
    state.inputIsBlocked()
    _ = state.takeActions()
    state.workerWantsMore(0)
    state.inputIsBlocked()
    #expect(state.takeActions() == [.flush(slot: 0)])
    state.inputIsBlocked()
    #expect(state.takeActions() == [])
  }

  @Test func theInputWaitsForTheWindow() throws {
    var state = PoolState(rules(jobs: 1, window: 10))
    state.workerIsReady(0)
    let wanted = state.demand(now: 0)
    let demand = try #require(wanted)
    state.take(batch: 0, records: 1, bytes: 10, for: demand, now: 0)
    #expect(state.demand(now: 0) == nil)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    state.release(bytes: 10)
    #expect(state.demand(now: 0) != nil)
  }

  @Test func onlyTheRecordBegunIsChargedWithADeath() throws {
    var state = readyPool()
    try give(&state, 0, records: 5)
    #expect(state.answered(0, batch: 0, records: 0..<2, now: 0) == true)
    _ = state.takeActions()
    state.workerEnded(0, .killed(signal: 9), begun: 4, now: 0)
    let cause = PoolState.Cause.workerDied(
      slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
    #expect(state.takeActions() == [.except(batch: 0, records: 2..<3, cause)])
    #expect(state.demand(now: 0) != nil)
    #expect(
      state.takeActions() == [
        .fork(slot: 0), .send(slot: 0, batch: 0, records: 3..<4, attempt: 2),
        .send(slot: 0, batch: 0, records: 4..<5, attempt: 1),
      ])
  }

  @Test func aRecordThatWasNotSentIsChargedWithNothing() throws {
    var rules = rules(jobs: 1)
    rules.attribution = .everyBegun
    rules.concurrency = 4
    var state = PoolState(rules)
    state.workerIsReady(0)
    try give(&state, 0, records: 3)
    _ = state.takeActions()
    state.workerEnded(
      0, .killed(signal: 9), begun: 3, unsent: UnsentRecords(RangeSet(0..<2)), now: 0)
    let cause = PoolState.Cause.workerDied(
      slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
    #expect(state.takeActions() == [.except(batch: 0, records: 2..<3, cause)])
    _ = state.demand(now: 0)
    #expect(
      state.takeActions() == [
        .fork(slot: 0), .send(slot: 0, batch: 0, records: 0..<2, attempt: 1),
      ])
  }

  @Test func aWorkerThatAlwaysDiesBeforeItSendsIsNotStartedForEver() throws {
    var rules = rules(jobs: 1)
    rules.attribution = .everyBegun
    var state = PoolState(rules)
    state.workerIsReady(0)
    try give(&state, 0, records: 1)
    var now: Nanoseconds = 0
    var charged: [PoolState.Action] = []
    for _ in 0..<(2 * WorkerSlot.mostVainEnds) where charged.isEmpty {
      _ = state.takeActions()
      let unsent = UnsentRecords(RangeSet(0..<1))
      state.workerEnded(0, .killed(signal: 9), begun: 1, unsent: unsent, now: now)
      charged = state.takeActions().filter { if case .except = $0 { true } else { false } }
      now += .seconds(3600)
      _ = state.demand(now: now)
      if state.slots[0].isOccupied { state.workerIsReady(0) }
    }
    let cause = PoolState.Cause.workerDied(
      slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
    #expect(charged == [.except(batch: 0, records: 0..<1, cause)])
  }

  @Test func everyRecordBegunIsChargedWhereAllMayHaveHadAnEffect() throws {
    var rules = rules(jobs: 1)
    rules.attribution = .everyBegun
    rules.concurrency = 4
    var state = PoolState(rules)
    state.workerIsReady(0)
    try give(&state, 0, records: 5)
    _ = state.takeActions()
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 0) == true)
    state.workerEnded(0, .exited(status: 1), begun: 3, now: 0)
    let cause = PoolState.Cause.workerDied(
      slot: 0, .exited(status: 1), exitMessage: "", attempts: 1)
    #expect(
      state.takeActions() == [
        .except(batch: 0, records: 0..<1, cause), .except(batch: 0, records: 2..<3, cause),
      ])
  }

  @Test func nothingBegunNothingCharged() throws {
    var state = readyPool()
    try give(&state, 0, records: 5)
    _ = state.takeActions()
    state.workerEnded(0, .killed(signal: 9), begun: 0, now: 0)
    #expect(state.takeActions() == [])
    _ = state.demand(now: 0)
    #expect(
      state.takeActions() == [
        .fork(slot: 0), .send(slot: 0, batch: 0, records: 0..<5, attempt: 1),
      ])
  }

  @Test func aRecordIsAnsweredOnce() throws {
    var state = readyPool()
    try give(&state, 0, records: 2)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == false)
    #expect(state.answered(0, batch: 0, records: 1..<3, now: 0) == false)
    #expect(state.answered(0, batch: 7, records: 0..<1, now: 0) == false)
  }

  @Test func theEndOfTheInputIsToldAtOnce() throws {
    // A command that holds its answers back gives them only then.
    var state = readyPool()
    try give(&state, 0, records: 1)
    _ = state.takeActions()
    state.endInput()
    #expect(state.takeActions() == [.close(slot: 0)])
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    #expect(state.takeActions() == [.complete(batch: 0)])
    state.workerEnded(0, .exited(status: 0), begun: 1, now: 0)
    #expect(state.takeActions() == [.finish])
  }

  @Test func aWorkerThatCannotBeStartedEndsTheRun() {
    var state = PoolState(rules(jobs: 2))
    _ = state.takeActions()
    state.workerFailed(0, WorkerFailure("no such command", errno: 2))
    state.workerEnded(0, .exited(status: 1), begun: 0, now: 0)
    #expect(state.phase.failure?.message == "no such command")
    let actions = state.takeActions()
    #expect(actions.contains(.finish))
  }

  @Test func aWorkerThatDiesBeforeItIsReadyIsTriedAgain() {
    var state = PoolState(rules(jobs: 1))
    var now: Nanoseconds = 0
    var forks = 0
    for _ in 0..<(3 * WorkerSlot.mostVainEnds) where state.phase.failure == nil {
      forks += state.takeActions().count { $0 == .fork(slot: 0) }
      state.workerEnded(0, .killed(signal: 9), begun: 0, now: now)
      now = max(now, state.nextTimer(after: now) ?? now)
      _ = state.demand(now: now)
    }
    #expect(forks == WorkerSlot.mostVainEnds)
    #expect(state.phase.failure != nil)
  }

  @Test func aPauseThatIsOverIsNotWaitedFor() throws {
    var state = readyPool(jobs: 2)
    try give(&state, 0, records: 1)
    state.workerEnded(0, .killed(signal: 9), begun: 0, now: 10)
    #expect(state.nextTimer(after: 10) == nil)
    _ = state.demand(now: 10)
    state.workerEnded(0, .killed(signal: 9), begun: 0, now: 20)
    let pause = WorkerSlot.backOff(after: 2)
    #expect(state.nextTimer(after: 20) == 20 + pause)
    #expect(state.nextTimer(after: 20 + pause) == nil)
  }

  @Test func aWorkerThatCannotBeStartedAgainChargesNobody() throws {
    var state = readyPool(jobs: 2)
    try give(&state, 0, records: 1)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    try give(&state, 1, records: 3)
    _ = state.takeActions()
    var now: Nanoseconds = 0
    var seen: [PoolState.Action] = []
    for _ in 0..<100 where !seen.contains(.finish) {
      // Whoever is there fails with all it has been given.
      for slot in state.slots.indices where state.slots[slot].isOccupied {
        state.workerFailed(slot, WorkerFailure("gone", errno: 2))
        state.workerEnded(slot, .exited(status: 1), begun: 3, now: now)
      }
      now = max(now, state.nextTimer(after: now) ?? now)
      _ = state.demand(now: now)
      seen += state.takeActions()
    }
    let cause = PoolState.Cause.cannotStart(WorkerFailure("gone", errno: 2))
    #expect(seen.contains(.except(batch: 1, records: 0..<3, cause)))
    #expect(seen.last == .finish)
  }

  @Test func abortKillsAndEnds() throws {
    var state = readyPool()
    try give(&state, 0, records: 3)
    _ = state.takeActions()
    state.abort()
    #expect(state.takeActions() == [.kill(slot: 0), .close(slot: 0)])
    state.workerEnded(0, .killed(signal: 9), begun: 1, now: 0)
    #expect(state.takeActions() == [.finish])
  }

  // MARK: Bounds, retries, recycling

  @Test func allWorkersAreStartedAtOnceWhereThatIsAsked() {
    var rules = rules(jobs: 3)
    rules.startsAll = true
    var state = PoolState(rules)
    #expect(state.takeActions() == [.fork(slot: 0), .fork(slot: 1), .fork(slot: 2)])
    // One that cannot be set up leaves the others to it.
    state.workerFailed(1, WorkerFailure("no"))
    state.workerEnded(1, .exited(status: 1), begun: 0, now: 0)
    #expect(state.phase.failure == nil)
    state.workerFailed(0, WorkerFailure("no"))
    state.workerEnded(0, .exited(status: 1), begun: 0, now: 0)
    state.workerFailed(2, WorkerFailure("nor here"))
    state.workerEnded(2, .exited(status: 1), begun: 0, now: 0)
    #expect(state.phase.failure == WorkerFailure("nor here"))
    #expect(state.takeActions() == [.finish])
  }

  @Test func manyWorkersAreForkedSomeAtATime() throws {
    var rules = rules(jobs: 4)
    rules.startsAll = true
    rules.mostForksUnderWay = 2
    var state = PoolState(rules)
    #expect(state.takeActions() == [.fork(slot: 0), .fork(slot: 1)])
    state.workerIsForked(0)
    #expect(state.takeActions() == [.fork(slot: 2)])
    // That it is ready is no news, and makes room for no other.
    state.workerIsReady(0)
    #expect(state.takeActions() == [])
    // One that cannot be forked does.
    state.workerFailed(1, WorkerFailure("no"))
    state.workerEnded(1, .exited(status: 1), begun: 0, now: 0)
    #expect(state.takeActions() == [.fork(slot: 3)])
  }

  @Test func nobodyIsGivenASecondBatchWhileWorkersAreToCome() throws {
    var rules = rules(jobs: 3)
    rules.startsAll = true
    rules.mostForksUnderWay = 1
    rules.chunk = 1
    var state = PoolState(rules)
    state.workerIsReady(0)
    try give(&state, 0, records: 1)
    try give(&state, 1, records: 1)
    #expect(state.demand(now: 0) == nil)
    state.workerIsForked(1)
    #expect(state.demand(now: 0)?.slot == 2)
    try give(&state, 2, records: 1)
    #expect(state.demand(now: 0) != nil)
  }

  @Test func noMoreIsTakenThanMayBeUnfinished() throws {
    var rules = rules(jobs: 1)
    rules.chunk = 5
    rules.mostUnfinished = 7
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    try give(&state, 0, records: 5)
    #expect(state.demand(now: 0)?.records == 2)
    try give(&state, 1, records: 2)
    #expect(state.demand(now: 0) == nil)
    #expect(state.answered(0, batch: 0, records: 0..<5, now: 1) == true)
    #expect(state.admission.inFlight == 2)
    #expect(state.demand(now: 1) == nil)
    state.release(records: 3)
    #expect(state.demand(now: 1)?.records == 3)
  }

  @Test func aFailedRecordIsTriedAgainByItself() throws {
    var rules = rules(jobs: 1)
    rules.retry = .atOnce(1)
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    try give(&state, 0, records: 3)
    _ = state.takeActions()
    #expect(state.retry(0, batch: 0, record: 1, now: 1) != nil)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 1) == true)
    #expect(state.answered(0, batch: 0, records: 2..<3, now: 1) == true)
    _ = state.demand(now: 1)
    #expect(state.takeActions() == [.send(slot: 0, batch: 0, records: 1..<2, attempt: 2)])
    #expect(state.retry(0, batch: 0, record: 1, now: 2) == nil)
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 2) == true)
    #expect(state.takeActions() == [.complete(batch: 0)])
  }

  @Test func aWorkerThatWasLateIsChargedWithWhatItWasLateWith() throws {
    var state = readyPool()
    try give(&state, 0, records: 3)
    _ = state.takeActions()
    state.workerIsLate(0, begun: 1)
    #expect(state.takeActions() == [.kill(slot: 0)])
    state.workerEnded(0, .killed(signal: 9), begun: 1, now: 1)
    #expect(
      state.takeActions() == [.except(batch: 0, records: 0..<1, .timedOut(slot: 0, attempts: 1))])
    // It had got on when its end came: nothing is charged.
    _ = state.demand(now: 1)
    _ = state.takeActions()
    state.workerIsReady(0)
    state.workerIsLate(0, begun: 1)
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 2) == true)
    state.workerEnded(0, .killed(signal: 9), begun: 2, now: 2)
    #expect(state.takeActions() == [.kill(slot: 0)])
    _ = state.demand(now: 2)
    #expect(
      state.takeActions() == [.fork(slot: 0), .send(slot: 0, batch: 0, records: 2..<3, attempt: 2)])
  }

  @Test func aWorkerIsReplacedAfterSoManyRecords() throws {
    var rules = rules(jobs: 1)
    rules.chunk = 10
    rules.recycleAfter = 4
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    #expect(state.demand(now: 0)?.records == 4)
    try give(&state, 0, records: 4)
    #expect(
      state.takeActions() == [
        .send(slot: 0, batch: 0, records: 0..<4, attempt: 1), .close(slot: 0),
      ])
    #expect(state.demand(now: 0) == nil)
    #expect(state.answered(0, batch: 0, records: 0..<4, now: 1) == true)
    state.workerEnded(0, .exited(status: 0), begun: 4, now: 1)
    #expect(state.demand(now: 1) == PoolState.Demand(slot: 0, records: 4))
  }

  @Test func whatARetiringWorkerHasNotBegunGoesToAnother() throws {
    var state = readyPool(jobs: 2, chunk: 5)
    try give(&state, 0, records: 5)
    try give(&state, 1, records: 5)
    try give(&state, 2, records: 5)
    #expect(state.slots[0].assignments.map(\.batch) == [0, 2])
    #expect(state.answered(0, batch: 0, records: 0..<2, now: 0) == true)
    _ = state.takeActions()
    state.workerRetires(0, begun: 3)
    #expect(state.slots[0].outstanding == 1)
    // The other worker has had its part: nobody is charged, and nothing is a second try.
    _ = state.demand(now: 0)
    #expect(
      state.takeActions() == [
        .send(slot: 1, batch: 0, records: 3..<5, attempt: 1),
        .send(slot: 1, batch: 2, records: 0..<5, attempt: 1),
      ])
    #expect(state.answered(0, batch: 0, records: 2..<3, now: 0) == true)
    state.workerEnded(0, .exited(status: 0), begun: 3, now: 0)
    #expect(state.takeActions() == [])
    #expect(state.slots[0].canFork(0))
  }

  @Test func aRetiringWorkerThatDiesIsChargedAsAnyOther() throws {
    var state = readyPool(jobs: 1, chunk: 5)
    try give(&state, 0, records: 5)
    state.workerRetires(0, begun: 2)
    _ = state.takeActions()
    state.workerEnded(0, .killed(signal: 9), begun: 2, now: 0)
    let cause = PoolState.Cause.workerDied(
      slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
    #expect(state.takeActions() == [.except(batch: 0, records: 0..<1, cause)])
    _ = state.demand(now: 0)
    #expect(
      state.takeActions().filter { $0 != .fork(slot: 0) } == [
        .send(slot: 0, batch: 0, records: 1..<2, attempt: 2),
        .send(slot: 0, batch: 0, records: 2..<5, attempt: 1),
      ])
  }

  // MARK: Shards

  @Test func aShardsBatchesWaitForItsSlot() throws {
    var rules = rules(jobs: 2)
    rules.hasShards = true
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    func give(_ batch: UInt64, shard: Int) throws {
      let wanted = state.demand(now: 0)
      let demand = try #require(wanted)
      state.take(batch: batch, records: 1, bytes: 1, shard: shard, for: demand, now: 0)
    }
    let most = UInt64(Workload.mostBatches)
    for batch in 0..<(most + 4) { try give(batch, shard: 0) }
    #expect(state.slots[0].assignments.map(\.batch) == Array(0..<most))
    try give(most + 4, shard: 1)
    #expect(state.slots[1].assignments.map(\.batch) == [most + 4])
    // As many as may wait: no more is read, though the other worker has nothing to do.
    for batch in (most + 5)..<(most + 65) { try give(batch, shard: 0) }
    #expect(state.demand(now: 0) == nil)
    #expect(state.isFull)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    #expect(state.demand(now: 0) != nil)
    #expect(state.slots[0].assignments.last?.batch == most)
  }

  @Test func aShardGoesBackToItsSlotInOrder() throws {
    var rules = rules(jobs: 2)
    rules.hasShards = true
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    for batch in UInt64(0)..<60 {
      let wanted = state.demand(now: 0)
      let demand = try #require(wanted)
      state.take(batch: batch, records: 1, bytes: 1, shard: 0, for: demand, now: 0)
    }
    state.workerEnded(0, .killed(signal: 9), begun: 2, now: 0)
    _ = state.demand(now: 0)
    #expect(state.slots[0].assignments.map(\.batch) == Array(1..<UInt64(Workload.mostBatches + 1)))
    #expect(!state.slots[1].isOccupied)
  }
}
