import Testing
import VimapSystem

@testable import VimapKit

/// Runs that are stopped before their end, step by step.
@Suite struct HaltTests {
  private func pool(
    _ rule: HaltRule? = HaltRule(.soon), jobs: Int = 1,
    _ change: (inout PoolState.Rules) -> Void = { _ in }
  ) -> PoolState {
    var rules = PoolState.Rules(jobs: jobs, chunk: 4, window: 1 << 20)
    rules.halt = rule
    change(&rules)
    var state = PoolState(rules, seed: 1)
    _ = state.takeActions()
    state.workerIsReady(0)
    return state
  }

  private func give(_ state: inout PoolState, _ batch: UInt64, records: Int) throws {
    let wanted = state.demand(now: 0)
    let demand = try #require(wanted)
    state.take(batch: batch, records: records, bytes: records, for: demand, now: 0)
    _ = state.takeActions()
  }

  private func untried(_ attempts: Int = 0) -> PoolState.Cause {
    .cancelled(attempts: attempts, wasBegun: false, wasSent: false)
  }

  @Test func theFirstFailureStopsTheReadingAndRecallsWorkers() throws {
    var state = pool()
    try give(&state, 0, records: 3)
    #expect(state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0) == true)
    #expect(
      state.takeActions() == [.halted(HaltPoint(failed: 1, finished: 1)), .recall(slot: 0)])
    #expect(state.demand(now: 0) == nil)
    // It had begun the second by then, and not the third.
    state.workerRetires(0, begun: 2)
    #expect(state.takeActions() == [.except(batch: 0, records: 2..<3, untried())])
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 0) == true)
    #expect(state.takeActions() == [.complete(batch: 0)])
    state.workerEnded(0, .exited(status: 0), begun: 2, now: 0)
    #expect(state.takeActions() == [.finish])
  }

  @Test func aWorkerThatDoesNotLookFinishesWhatItHas() throws {
    var state = pool()
    try give(&state, 0, records: 2)
    #expect(state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0) == true)
    #expect(state.answered(0, batch: 0, records: 1..<2, failed: true, now: 0) == true)
    state.workerEnded(0, .exited(status: 0), begun: 2, now: 0)
    // The second failure stops nothing more.
    #expect(
      state.takeActions() == [
        .halted(HaltPoint(failed: 1, finished: 1)), .recall(slot: 0), .complete(batch: 0),
        .finish,
      ])
  }

  @Test func nowKillsWhatIsInFlight() throws {
    var state = pool(HaltRule(.now))
    try give(&state, 0, records: 3)
    try give(&state, 1, records: 1)
    #expect(state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0) == true)
    #expect(state.takeActions() == [.halted(HaltPoint(failed: 1, finished: 1)), .kill(slot: 0)])
    // What it has finished by the time of its end counts.
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 0) == true)
    state.workerEnded(0, .killed(signal: 9), begun: 3, now: 0)
    #expect(
      state.takeActions() == [
        .except(batch: 0, records: 2..<3, .cancelled(attempts: 1, wasBegun: true, wasSent: true)),
        .complete(batch: 0), .except(batch: 1, records: 0..<1, untried()), .complete(batch: 1),
        .finish,
      ])
  }

  @Test func aRunThatIsToEndAtOnceAnswersWhatWasUnderWay() throws {
    var state = pool(nil) { $0.attribution = .everyBegun }
    try give(&state, 0, records: 4)
    state.stop(.soon)
    #expect(state.takeActions() == [.recall(slot: 0)])
    state.cutShort()
    #expect(state.takeActions() == [.kill(slot: 0)])
    state.cutShort()
    #expect(state.takeActions() == [])
    // It had begun three, and not sent the second.
    state.workerEnded(
      0, .killed(signal: 9), begun: 3, unsent: UnsentRecords(RangeSet(1..<2)), now: 0)
    let tried = PoolState.Cause.cancelled(attempts: 1, wasBegun: true, wasSent: true)
    #expect(
      state.takeActions() == [
        .except(batch: 0, records: 0..<1, tried), .except(batch: 0, records: 2..<3, tried),
        .except(batch: 0, records: 3..<4, untried()), .except(batch: 0, records: 1..<2, untried()),
        .complete(batch: 0), .finish,
      ])
  }

  @Test func aRunEndsAtOnceWithoutHavingBeenStopped() throws {
    var state = pool(nil)
    try give(&state, 0, records: 1)
    state.cutShort()
    #expect(state.takeActions() == [.kill(slot: 0)])
    state.workerEnded(0, .killed(signal: 9), begun: 0, now: 0)
    #expect(
      state.takeActions() == [
        .except(batch: 0, records: 0..<1, untried()), .complete(batch: 0), .finish,
      ])
  }

  @Test func aTryThatIsToBeRepeatedIsNoFailure() throws {
    var state = pool { $0.retry.retries = 1 }
    try give(&state, 0, records: 2)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    #expect(state.takeActions() == [])
    #expect(state.failed == 0)
    _ = state.demand(now: .seconds(10))
    _ = state.takeActions()
    #expect(state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0) == true)
    #expect(state.failed == 1)
    #expect(state.phase.isStopping)
  }

  @Test func aRecordThatWaitsForAnotherTryIsAnsweredWithWhatItFailedWith() throws {
    var state = pool { $0.retry.retries = 1 }
    try give(&state, 0, records: 2)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    #expect(state.answered(0, batch: 0, records: 1..<2, failed: true, now: 0) == true)
    #expect(
      state.takeActions() == [
        .halted(HaltPoint(failed: 1, finished: 1)), .answerParked(batch: 0, record: 0),
        .complete(batch: 0), .recall(slot: 0),
      ])
  }

  @Test func aRetryThatIsHandedOutAndNotBegunIsAnsweredWithWhatItFailedWith() throws {
    var state = pool { $0.retry.retries = 1 }
    try give(&state, 0, records: 1)
    try give(&state, 1, records: 1)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    _ = state.demand(now: .seconds(10))
    #expect(state.takeActions() == [.send(slot: 0, batch: 0, records: 0..<1, attempt: 2)])
    #expect(state.answered(0, batch: 1, records: 0..<1, failed: true, now: 0) == true)
    _ = state.takeActions()
    state.workerRetires(0, begun: 2)
    #expect(state.takeActions() == [.answerParked(batch: 0, record: 0), .complete(batch: 0)])
  }

  @Test func aDeathIsAFailure() throws {
    var state = pool()
    try give(&state, 0, records: 3)
    state.workerEnded(0, .killed(signal: 9), begun: 2, now: 0)
    let cause = PoolState.Cause.workerDied(
      slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
    // The second record was begun, through no fault of its own; nobody is there to go on with it,
    // and it may have been sent.
    let mayBeSent = PoolState.Cause.cancelled(attempts: 1, wasBegun: false, wasSent: true)
    #expect(
      state.takeActions() == [
        .except(batch: 0, records: 0..<1, cause), .halted(HaltPoint(failed: 1, finished: 1)),
        .except(batch: 0, records: 1..<2, mayBeSent),
        .except(batch: 0, records: 2..<3, untried()),
        .complete(batch: 0), .finish,
      ])
  }

  @Test func aLineThatNeedsNoWorkerIsAFailureToo() throws {
    var state = pool()
    try give(&state, 0, records: 1)
    state.takeAnswered(1)
    #expect(
      state.takeActions() == [.halted(HaltPoint(failed: 1, finished: 1)), .recall(slot: 0)])
  }

  @Test func aWorkerThatIsNotReadyHasBegunNothing() throws {
    var state = pool(jobs: 2) { $0.chunk = 1 }
    for batch in UInt64(0)..<2 { try give(&state, batch, records: 1) }
    #expect(state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0) == true)
    #expect(
      state.takeActions() == [
        .complete(batch: 0), .halted(HaltPoint(failed: 1, finished: 1)), .recall(slot: 0),
        .kill(slot: 1),
      ])
    state.workerEnded(1, .killed(signal: 9), begun: 0, now: 0)
    #expect(
      state.takeActions() == [.except(batch: 1, records: 0..<1, untried()), .complete(batch: 1)])
  }

  @Test func anInterruptionBeforeTheFirstWorkerIsReadyEndsTheRun() {
    var state = PoolState(PoolState.Rules(jobs: 3, window: 1 << 20))
    _ = state.takeActions()
    state.stop(.soon)
    #expect(state.takeActions() == [.kill(slot: 0)])
    state.workerEnded(0, .killed(signal: 9), begun: 0, now: 0)
    #expect(state.takeActions() == [.finish])
  }

  @Test func whatWaitsForItsShardOrItsTurnIsCancelled() throws {
    var state = pool(nil) { $0.rate = FlowLimit(1, in: .seconds(1)) }
    try give(&state, 0, records: 1)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    var sharded = pool(nil, jobs: 2) { $0.hasShards = true }
    var taken = 0
    for batch in UInt64(0)..<60 {
      guard let demand = sharded.demand(now: 0) else { break }
      sharded.take(batch: batch, records: 1, bytes: 1, shard: 0, for: demand, now: 0)
      taken += 1
    }
    let sent = sharded.takeActions().count { if case .send = $0 { true } else { false } }
    let waiting = taken - sent
    #expect(waiting > 0)
    sharded.stop(.soon)
    let actions = sharded.takeActions()
    #expect(actions.count { if case .except = $0 { true } else { false } } == waiting)
    #expect(actions.last == .recall(slot: 0))
  }

  @Test func oneRecordAtATimeWhereNothingMayFollowAFailure() throws {
    var state = pool {
      $0.handsOutSingly = true
      $0.chunk = nil
    }
    try give(&state, 0, records: 1)
    #expect(state.demand(now: 0) == nil)
    #expect(state.answered(0, batch: 0, records: 0..<1, now: 0) == true)
    #expect(state.demand(now: 0) != nil)
  }

  @Test func aShareIsLookedAtOnceEnoughHasFinished() {
    let tenth = HaltRule(.soon, at: .percent(10))
    #expect(!tenth.isMet(failed: 9, of: 9))
    #expect(tenth.isMet(failed: 1, of: 10))
    #expect(!tenth.isMet(failed: 1, of: 11))
    #expect(tenth.isMet(failed: 2, of: 11))
    let hundredth = HaltRule(.soon, at: .percent(1))
    #expect(!hundredth.isMet(failed: 50, of: 99))
    #expect(hundredth.isMet(failed: 1, of: 100))
    let all = HaltRule(.soon, at: .percent(100))
    #expect(!all.isMet(failed: 9, of: 10))
    #expect(all.isMet(failed: 10, of: 10))
    #expect(!HaltRule(.now, at: .records(3)).isMet(failed: 2, of: 100))
    #expect(HaltRule(.now, at: .records(3)).isMet(failed: 3, of: 100))
  }

  @Test func anOutputCanMakeThereBeEnough() throws {
    var state = pool(HaltRule(.soon, at: .percent(50))) { $0.chunk = 10 }
    try give(&state, 0, records: 10)
    for record in 0..<9 {
      let failed = record < 5
      #expect(
        state.answered(0, batch: 0, records: record..<(record + 1), failed: failed, now: 0) == true)
    }
    #expect(!state.phase.isStopping)
    #expect(state.answered(0, batch: 0, records: 9..<10, now: 0) == true)
    #expect(state.phase.isStopping)
  }
}
