import Testing
import VimapSystem

@testable import VimapKit

/// Records that are tried again, step by step.
@Suite struct RetryTests {
  private func pool(jobs: Int = 1, _ change: (inout PoolState.Rules) -> Void = { _ in })
    -> PoolState
  {
    var rules = PoolState.Rules(jobs: jobs, chunk: 4, window: 1 << 20)
    rules.retry.retries = 1
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

  @Test func aRecordWaitsForItsTime() throws {
    var state = pool()
    try give(&state, 0, records: 2)
    #expect(state.retry(0, batch: 0, record: 1, pause: .seconds(10), now: 5) != nil)
    let due = try #require(state.nextTimer(after: 5))
    #expect(due >= .seconds(10) + 5)
    _ = state.demand(now: due - 1)
    #expect(state.takeActions() == [])
    _ = state.demand(now: due)
    #expect(state.takeActions() == [.send(slot: 0, batch: 0, records: 1..<2, attempt: 2)])
    #expect(state.nextTimer(after: due) == nil)
  }

  @Test func aTimerThatFellDueSinceIsNotMissed() throws {
    var state = pool()
    try give(&state, 0, records: 1)
    #expect(state.retry(0, batch: 0, record: 0, pause: 100, now: 0) != nil)
    // Whoever asks for the next moment does so later than the state was last looked at.
    _ = state.demand(now: 50)
    #expect((try #require(state.nextTimer(after: 50))) >= 100)
  }

  @Test func workersStayAsLongAsARetryWaits() throws {
    var state = pool()
    try give(&state, 0, records: 1)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    state.endInput()
    #expect(state.takeActions() == [])
    let due = try #require(state.nextTimer(after: 0))
    _ = state.demand(now: due)
    // It is not to hold its answer back, but may be wanted once more.
    #expect(
      state.takeActions() == [
        .send(slot: 0, batch: 0, records: 0..<1, attempt: 2), .flush(slot: 0),
      ])
    #expect(state.answered(0, batch: 0, records: 0..<1, now: due) == true)
    #expect(state.takeActions() == [.complete(batch: 0), .close(slot: 0)])
    state.workerEnded(0, .exited(status: 0), begun: 2, now: due)
    #expect(state.takeActions() == [.finish])
  }

  @Test func aWorkerThatHoldsItsAnswersBackAtTheEndIsFlushedOrClosed() throws {
    for concurrency in [1, 8] {
      var state = pool { $0.concurrency = concurrency }
      try give(&state, 0, records: 1)
      state.endInput()
      #expect(state.takeActions() == [.flush(slot: 0)])
      state.workerWantsMore(0)
      #expect(state.takeActions() == [concurrency == 1 ? .flush(slot: 0) : .close(slot: 0)])
    }
  }

  @Test func anInterruptionAnswersWhatWaits() throws {
    var state = pool()
    try give(&state, 0, records: 2)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    state.stop(.soon)
    #expect(state.takeActions() == [.answerParked(batch: 0, record: 0), .recall(slot: 0)])
    #expect(state.nextTimer(after: 0) == nil)
    // What was with the worker is finished, and tried no more.
    #expect(state.retry(0, batch: 0, record: 1, now: 1) == nil)
    #expect(state.answered(0, batch: 0, records: 1..<2, now: 1) == true)
    #expect(state.takeActions() == [.complete(batch: 0)])
  }

  @Test func aDeathIsWorthARetryWhereTheRuleSaysSo() throws {
    for isCovered in [false, true] {
      var state = pool { if isCovered { $0.retry.losses.insert(.death) } }
      try give(&state, 0, records: 1)
      state.workerEnded(0, .killed(signal: 9), begun: 1, now: 0)
      let cause = PoolState.Cause.workerDied(
        slot: 0, .killed(signal: 9), exitMessage: "", attempts: 1)
      let actions = state.takeActions()
      if isCovered {
        guard case .park(0, 0, cause, let next) = actions.first else {
          Issue.record("not parked: \(actions)")
          continue
        }
        #expect(actions.count == 1)
        #expect(next.attempt == 2)
      } else {
        #expect(
          actions == [.except(batch: 0, records: 0..<1, cause), .complete(batch: 0)])
      }
    }
  }

  @Test func aWorkerKilledAfterItReportedIsNotChargedAgain() throws {
    var state = pool()
    try give(&state, 0, records: 3)
    #expect(state.retry(0, batch: 0, record: 0, now: 0) != nil)
    state.workerEnded(0, .killed(signal: 9), begun: 1, now: 0)
    #expect(state.takeActions() == [])
    _ = state.demand(now: 0)
    #expect(
      state.takeActions() == [
        .fork(slot: 0), .send(slot: 0, batch: 0, records: 1..<3, attempt: 1),
      ])
  }

  @Test func aDeathThatIsAnothersFaultTakesNoRetryAway() throws {
    var state = pool()
    try give(&state, 0, records: 2)
    state.workerEnded(0, .killed(signal: 9), begun: 2, now: 0)
    _ = state.demand(now: 0)
    _ = state.takeActions()
    // It is the second try of this record, and the first that fails by its own fault.
    #expect(state.retry(0, batch: 0, record: 1, now: 0) != nil)
    _ = state.demand(now: .seconds(100))
    #expect(
      state.takeActions().last == .send(slot: 0, batch: 0, records: 1..<2, attempt: 3))
    #expect(state.retry(0, batch: 0, record: 1, now: .seconds(100)) == nil)
  }

  @Test func manySingleRecordsKeepAConcurrentWorkerBusy() throws {
    var state = pool {
      $0.chunk = 1
      $0.concurrency = 100
    }
    for batch in UInt64(0)..<200 { try give(&state, batch, records: 1) }
    #expect(state.demand(now: 0) == nil)
    #expect(state.slots[0].outstanding == 200)
  }

  @Test func thePauseGrowsUpToItsLimit() {
    var rule = RetryRule()
    rule.firstDelay = 1000
    rule.longestDelay = 5000
    var random = SeededRandom(seed: 3)
    for (tries, limit) in [(1, 1000), (2, 2000), (3, 4000), (4, 5000), (80, 5000)] {
      let delays = (0..<200).map { _ in rule.delay(after: tries, pause: nil, &random) }
      #expect(delays.allSatisfy { $0 <= limit })
      // Full jitter: from nothing to the limit.
      #expect((delays.min() ?? .max) < limit / 10)
      #expect((delays.max() ?? 0) > limit - limit / 10)
    }
    let asked = (0..<200).map { _ in rule.delay(after: 1, pause: 9000, &random) }
    #expect(asked.allSatisfy { $0 >= 9000 && $0 <= 9000 + 9000 / 8 })
  }
}
