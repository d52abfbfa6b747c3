import VimapSystem

@testable import VimapKit

/// Draws what happens next in a history, each history with likelihoods of its own.
struct Chance {
  /// How often things happen, of a hundred.
  private let reading, death, hunger, holdingBack, failure, lateness, retirement, breaking: Int
  /// In so many steps it happens once, if ever.
  private let forkFailure, interruption, end, abort: Int
  private var random: SeededRandom

  init(by random: inout SeededRandom) {
    func percent(_ most: Int, _ likelihood: Int = 60) -> Int {
      Int.random(in: 0..<100, using: &random) < likelihood
        ? Int.random(in: 1...most, using: &random) : 0
    }
    func once(_ likelihood: Int, in steps: ClosedRange<Int>) -> Int {
      Int.random(in: 0..<100, using: &random) < likelihood
        ? Int.random(in: steps, using: &random) : 0
    }
    reading = Int.random(in: 5...95, using: &random)
    death = percent(20)
    hunger = percent(20)
    holdingBack = percent(10, 30)
    failure = percent(60)
    lateness = percent(5, 30)
    retirement = percent(5, 30)
    breaking = percent(100, 10)
    forkFailure = once(10, in: 10...200)
    interruption = once(20, in: 50...1000)
    end = once(30, in: 50...1000)
    abort = once(5, in: 50...1000)
    self.random = SeededRandom(seed: random.next())
  }

  private mutating func isTime(_ once: Int) -> Bool { once > 0 && number(1...once) == 1 }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    .random(in: range, using: &random)
  }

  /// What happens next to a pool.
  mutating func next(for pool: SimulatedPool) -> Decision {
    if pool.wanted != nil, number(1...100) <= reading { return input(pool) }
    if let rare = rare(pool) { return rare }
    if pool.books.waitingForReader > 0, pool.rules.mostUnfinished != nil, number(1...4) == 1 {
      return .take(number(1...20))
    }
    let occupied = pool.workers.indices.filter { pool.workers[$0] != nil }
    guard let slot = occupied.randomElement(using: &random), let worker = pool.workers[slot]
    else { return .wait }
    return next(for: worker, slot, pool.rules)
  }

  private mutating func input(_ pool: SimulatedPool) -> Decision {
    if number(1...50) == 1 { return .reject }
    let shard = pool.rules.hasShards ? number(0...(pool.rules.jobs - 1)) : 0
    let cost = pool.rules.budget.map { Double.random(in: 0...$0.amount / 4, using: &random) }
    return .read(number(1...40), shard: shard, cost: cost ?? 0)
  }

  private mutating func rare(_ pool: SimulatedPool) -> Decision? {
    if isTime(forkFailure) { return .forksFail(number(1...12)) }
    if isTime(interruption) { return .stop(number(0...1) == 0 ? .soon : .now) }
    // Drawn only where it changes something: seeds of others go on to give what they gave.
    if pool.state.admission.isPaced, number(1...100) == 1 {
      return .pause(.milliseconds(number(1...300)))
    }
    if pool.wanted != nil, isTime(end) { return .endInput }
    if isTime(abort) { return number(0...1) == 0 ? .abort : .abandon }
    return number(1...100) == 1 ? .blocked : nil
  }

  private mutating func next(
    for worker: SimulatedWorker, _ slot: Int, _ rules: PoolState.Rules
  ) -> Decision {
    let dice = number(1...100)
    if worker.isDoomed {
      return dice > 50 ? .answer(slot) : .die(slot, begins: number(0...1))
    }
    if !worker.isReady { return dice <= breaking ? .breaks(slot) : .ready(slot) }
    if worker.retirement == .unheard, dice > 50 { return .hear(slot) }
    if worker.isRecalled, worker.retirement == .none, dice > 50 {
      return .retire(slot, keeping: number(0...rules.concurrency))
    }
    var limit = death
    if dice <= limit {
      return number(1...20) * 5 <= breaking
        ? .breaks(slot) : .die(slot, begins: number(0...rules.concurrency))
    }
    limit += hunger
    if dice <= limit { return .wantsMore(slot) }
    if number(1...100) <= lateness, !worker.work.isEmpty { return .late(slot) }
    if number(1...100) <= retirement, worker.retirement == .none {
      return .retire(slot, keeping: number(0...worker.work.count))
    }
    if number(1...100) <= holdingBack { return .holdsBack(slot) }
    if worker.work.isEmpty { return .leave(slot) }
    if worker.answerable == 0 { return worker.saidHungry ? .wait : .wantsMore(slot) }
    return outcome(worker, slot, rules)
  }

  private mutating func outcome(
    _ worker: SimulatedWorker, _ slot: Int, _ rules: PoolState.Rules
  ) -> Decision {
    let skip = number(0...(min(rules.concurrency, worker.answerable) - 1))
    guard rules.retry.retries > 0 || rules.halt != nil, number(1...100) <= failure else {
      return .answer(slot, skip: skip, count: number(1...10))
    }
    let pause = number(0...1) == 0 ? nil : Nanoseconds.milliseconds(number(0...200))
    return .fail(slot, skip: skip, pause: pause)
  }
}
