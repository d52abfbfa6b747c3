import VimapSystem

@testable import VimapKit

/// What a simulated pool is like.
struct Setup {
  var rules: PoolState.Rules
  /// For what the state itself leaves to chance.
  var seed: UInt64 = 0
  /// Results are put into the order of the input.
  var keepsOrder = false
}

extension Setup {
  /// Any combination of rules.
  init(by random: inout SeededRandom) {
    func flip(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

    rules = PoolState.Rules(
      jobs: number(1...6), window: flip() ? number(1...400) : number(1...40_000))
    rules.chunk = flip() ? number(1...50) : nil
    rules.concurrency = flip() ? 1 : number(2...40)
    rules.attribution = flip() ? .firstBegun : .everyBegun
    rules.startsAll = flip(30)
    // Not drawn, so that seeds go on to give the histories that they gave.
    rules.mostForksUnderWay = 1 + rules.window % rules.jobs
    rules.mostInFlight = flip(25) ? number(1...30) : nil
    rules.mostUnfinished = flip(25) ? number(1...60) : nil
    if flip() {
      rules.retry.retries = number(1...4)
      rules.retry.firstDelay = .milliseconds(number(0...1000))
      rules.retry.longestDelay = .milliseconds(number(0...5000))
      if flip() { rules.retry.losses.insert(.death) }
      if flip(20) { rules.retry.losses.remove(.timeLimit) }
    }
    if flip(20) {
      rules.rate = FlowLimit(Double(number(flip() ? 1...50 : 50...20_000)), in: .seconds(1))
    }
    if flip(15) { rules.budget = FlowLimit(Double(number(10...5000)), in: .seconds(1)) }
    rules.recycleAfter = flip(25) ? number(1...20) : nil
    rules.hasShards = flip(25)
    if flip(25) {
      rules.halt = HaltRule(
        flip() ? .soon : .now,
        at: flip() ? .records(number(1...5)) : .percent(Double(number(1...100))))
      rules.handsOutSingly = flip()
    }
    keepsOrder = flip()
    seed = random.next()
  }

  /// The setup as it can be pasted into a test.
  var code: String {
    var lines = ["var rules = PoolState.Rules(jobs: \(rules.jobs), window: \(rules.window))"]
    let plain = PoolState.Rules(jobs: rules.jobs, window: rules.window)
    func add(_ name: String, _ value: Any?, unless isPlain: Bool) {
      if !isPlain { lines.append("rules.\(name) = \(value ?? "nil")") }
    }
    func limit(_ limit: FlowLimit?) -> String? {
      limit.map { "FlowLimit(\($0.amount), in: \($0.unit))" }
    }
    add("chunk", rules.chunk, unless: rules.chunk == nil)
    add("concurrency", rules.concurrency, unless: rules.concurrency == 1)
    add("attribution", ".\(rules.attribution)", unless: rules.attribution == plain.attribution)
    add("startsAll", true, unless: !rules.startsAll)
    add("mostForksUnderWay", rules.mostForksUnderWay, unless: !rules.startsAll)
    add("mostInFlight", rules.mostInFlight, unless: rules.mostInFlight == nil)
    add("mostUnfinished", rules.mostUnfinished, unless: rules.mostUnfinished == nil)
    let retry = rules.retry
    add("retry.retries", retry.retries, unless: retry.retries == 0)
    add("retry.firstDelay", retry.firstDelay, unless: retry.firstDelay == plain.retry.firstDelay)
    add(
      "retry.longestDelay", retry.longestDelay,
      unless: retry.longestDelay == plain.retry.longestDelay)
    let losses = retry.losses.map { ".\($0)" }.sorted().joined(separator: ", ")
    add("retry.losses", "[\(losses)]", unless: retry.losses == plain.retry.losses)
    add("rate", limit(rules.rate), unless: rules.rate == nil)
    add("budget", limit(rules.budget), unless: rules.budget == nil)
    add("recycleAfter", rules.recycleAfter, unless: rules.recycleAfter == nil)
    add("hasShards", true, unless: !rules.hasShards)
    add(
      "halt", rules.halt.map { "HaltRule(.\($0.manner), at: .\($0.limit))" },
      unless: rules.halt == nil)
    add("handsOutSingly", true, unless: !rules.handsOutSingly)
    lines.append("let setup = Setup(rules: rules, seed: \(seed), keepsOrder: \(keepsOrder))")
    return lines.joined(separator: "\n")
  }

  /// The same with one thing less; where a history fails without it too, it does not matter.
  var plainer: [Setup] {
    changed([
      { $0.keepsOrder = false }, { $0.seed = 0 }, { $0.rules.chunk = nil },
      { $0.rules.concurrency = 1 }, { $0.rules.attribution = .firstBegun },
      { $0.rules.startsAll = false }, { $0.rules.mostForksUnderWay = $0.rules.jobs },
      { $0.rules.mostInFlight = nil },
      { $0.rules.mostUnfinished = nil }, { $0.rules.retry = RetryRule() },
      { $0.rules.rate = nil }, { $0.rules.budget = nil }, { $0.rules.recycleAfter = nil },
      { $0.rules.hasShards = false }, { $0.rules.halt = nil },
      { $0.rules.handsOutSingly = false }, { $0.rules.jobs = 1 },
      { $0.rules.window = Self.noWindow },
    ])
  }

  /// The same with a smaller number, which takes less to be reached.
  var smaller: [Setup] {
    changed([
      { if $0.rules.window != Self.noWindow { $0.rules.window /= 2 } },
      { $0.rules.rate?.amount /= 2 }, { $0.rules.budget?.amount /= 2 },
      { $0.rules.recycleAfter? /= 2 }, { $0.rules.mostInFlight? /= 2 },
      { $0.rules.mostUnfinished? /= 2 }, { $0.rules.retry.retries /= 2 },
      {
        guard case .records(let most) = $0.rules.halt?.limit, most > 1 else { return }
        $0.rules.halt?.limit = .records(most - 1)
      },
    ]).filter { $0.rules.isPossible && $0.code != code }
  }

  private static let noWindow = 1 << 20

  private func changed(_ changes: [(inout Setup) -> Void]) -> [Setup] {
    changes.map { change in
      var setup = self
      change(&setup)
      return setup
    }
  }
}

extension PoolState.Rules {
  fileprivate var isPossible: Bool {
    let numbers = [window, recycleAfter ?? 1, mostInFlight ?? 1, mostUnfinished ?? 1]
    return numbers.allSatisfy { $0 > 0 } && [rate, budget].allSatisfy { $0?.amount ?? 1 >= 1 }
  }
}
