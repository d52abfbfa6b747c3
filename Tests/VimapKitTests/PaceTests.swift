import Testing
import VimapSystem

@testable import VimapKit

@Suite struct PaceTests {
  /// When each went, of those that went in `time`; looked at late by up to `lateness`.
  private func moments(
    _ limit: FlowLimit, for time: Nanoseconds, lateness: Nanoseconds, seed: UInt64,
    idle: Range<Nanoseconds>? = nil, cost: (inout SeededRandom) -> Double = { _ in 1 }
  ) -> [(time: Nanoseconds, amount: Double)] {
    var random = SeededRandom(seed: seed)
    var pace = RateLimiter(limit)
    var now: Nanoseconds = 1 << 50
    let end = now + time
    let begin = now
    var gone: [(time: Nanoseconds, amount: Double)] = []
    var amount = cost(&random)
    while now < end {
      while pace.mayGo(amount, now) {
        pace.take(amount, now)
        gone.append((now, amount))
        amount = cost(&random)
      }
      guard let next = pace.next(amount, after: now) else { break }
      now = next + .random(in: 0...lateness, using: &random)
      if let idle, idle.contains(now - begin) { now = begin + idle.upperBound }
    }
    return gone
  }

  /// The most that went in any stretch of so long.
  private func most(
    _ gone: [(time: Nanoseconds, amount: Double)], in unit: Nanoseconds
  ) -> Double {
    var first = 0
    var sum = 0.0
    var most = 0.0
    for entry in gone {
      sum += entry.amount
      while gone[first].time + unit <= entry.time {
        sum -= gone[first].amount
        first += 1
      }
      most = max(most, sum)
    }
    return most
  }

  @Test(arguments: [1.0, 7, 50, 500, 3000, 50_000])
  func neverMoreThanTheLimitAndHardlyLess(amount: Double) {
    for (seed, lateness) in [
      (UInt64(1), Nanoseconds(0)), (2, .milliseconds(1)), (3, .milliseconds(4)),
    ] {
      let gone = moments(
        FlowLimit(amount, in: .seconds(1)), for: .seconds(10), lateness: lateness, seed: seed)
      #expect(most(gone, in: .seconds(1)) <= amount)
      #expect(Double(gone.count) >= 10 * amount * 0.99 - 1)
      #expect(Double(gone.count) <= 10 * amount + 1)
    }
  }

  @Test func afterAnIdleSpellThereIsNoBurst() {
    let gone = moments(
      FlowLimit(500, in: .seconds(1)), for: .seconds(20), lateness: .milliseconds(1), seed: 4,
      idle: .seconds(3)..<(.seconds(13)))
    #expect(most(gone, in: .milliseconds(20)) <= 10 + 3)
    #expect(most(gone, in: .seconds(1)) <= 500)
  }

  @Test func aFractionIsALimitToo() {
    let gone = moments(
      FlowLimit(0.5, in: .seconds(1)), for: .seconds(100), lateness: .milliseconds(1), seed: 5)
    #expect((49...51).contains(gone.count))
  }

  @Test func costsKeepWithinTheBudget() {
    let gone = moments(
      FlowLimit(1000, in: .seconds(60)), for: .seconds(3600), lateness: .milliseconds(2), seed: 6
    ) { .random(in: 0...400, using: &$0) }
    #expect(most(gone, in: .seconds(60)) <= 1000)
    #expect(gone.reduce(0) { $0 + $1.amount } > 60 * 1000 * 0.6)
  }

  @Test func triesAreStartedByTheClock() throws {
    var rules = PoolState.Rules(jobs: 2, chunk: nil, window: 1 << 20)
    rules.rate = FlowLimit(10, in: .seconds(1))
    var state = PoolState(rules)
    state.workerIsReady(0)
    let wanted = state.demand(now: 1000)
    let demand = try #require(wanted)
    #expect(demand.records == 1)
    state.take(batch: 0, records: 1, bytes: 1, for: demand, now: 1000)
    // The other worker has nothing to do, but it is not yet time.
    #expect(state.demand(now: 1000) == nil)
    let next = try #require(state.nextTimer(after: 1000))
    #expect(next > .milliseconds(60) && next < .milliseconds(110))
    #expect(state.demand(now: next)?.records == 1)
  }

  @Test func whatIsDueWhileNoServerTakesAnythingIsNotSentInOneMoment() throws {
    var rules = PoolState.Rules(jobs: 1, chunk: nil, window: 1 << 20)
    rules.concurrency = 30
    rules.rate = FlowLimit(10, in: .seconds(1))
    var state = PoolState(rules)
    state.workerIsReady(0)
    state.pause(until: .seconds(60))
    #expect(state.demand(now: 1000) == nil)
    #expect(state.nextTimer(after: 1000) == .seconds(60))
    #expect(state.demand(now: .seconds(60) - 1) == nil)
    #expect(state.demand(now: .seconds(60))?.records == 1)
  }

  @Test func aRecordThatIsTooDearForNowHoldsUpThoseBehind() throws {
    var rules = PoolState.Rules(jobs: 1, chunk: nil, window: 1 << 20)
    rules.concurrency = 10
    rules.budget = FlowLimit(100, in: .seconds(1))
    var state = PoolState(rules)
    _ = state.takeActions()
    state.workerIsReady(0)
    for (batch, cost) in [(UInt64(0), 60.0), (1, 50)] {
      let demand = state.demand(now: 0)
      let wanted = try #require(demand)
      state.take(
        batch: batch, records: 1, bytes: 1, cost: cost, for: wanted, now: 0)
    }
    #expect(state.takeActions() == [.send(slot: 0, batch: 0, records: 0..<1, attempt: 1)])
    #expect(state.demand(now: 0) == nil)
    let next = try #require(state.nextTimer(after: 0))
    #expect(next >= .milliseconds(990))
    _ = state.demand(now: next)
    #expect(state.takeActions() == [.send(slot: 0, batch: 1, records: 0..<1, attempt: 1)])
  }
}
