import Testing
import VimapSystem

@testable import VimapKit

/// A way to break the pool on purpose: the test of the test.
///
/// The state is told other rules than the books, another time or another shard, or what it decides
/// on is not done as it says.
struct Sabotage: Sendable, CustomTestStringConvertible {
  var name: String
  var rules: @Sendable (inout PoolState.Rules) -> Void = { _ in }
  var actions: @Sendable (PoolState.Action) -> [PoolState.Action] = { [$0] }
  var clock: @Sendable (Nanoseconds) -> Nanoseconds = { $0 }
  var shard: @Sendable (Int?, _ batch: UInt64) -> Int? = { shard, _ in shard }
  /// Results are passed on as they come, though they are to be in order.
  var ignoresOrder = false
  /// The state does not hear that no server takes anything.
  var ignoresPauses = false

  var testDescription: String { name }

  static let none = Sabotage(name: "none")

  private static let unordered: Sabotage = {
    var sabotage = Sabotage(name: "results are passed on as they come")
    sabotage.ignoresOrder = true
    return sabotage
  }()

  private static let unheeding: Sabotage = {
    var sabotage = Sabotage(name: "servers that take nothing are sent to")
    sabotage.ignoresPauses = true
    return sabotage
  }()

  static let all: [Sabotage] = [
    unordered,
    unheeding,
    Sabotage(name: "a second try is not sent") { action in
      if case .send(_, _, _, let attempt) = action, attempt > 1 { return [] }
      return [action]
    },
    Sabotage(name: "the last of several records is not sent") { action in
      guard case .send(let slot, let batch, let records, let attempt) = action, records.count > 2
      else { return [action] }
      let fewer = records.lowerBound..<(records.upperBound - 1)
      return [.send(slot: slot, batch: batch, records: fewer, attempt: attempt)]
    },
    Sabotage(name: "what was begun is sent twice") { action in
      if case .send(_, _, _, let attempt) = action, attempt > 1 { return [action, action] }
      return [action]
    },
    Sabotage(name: "a death blames the next record too") { action in
      guard case .except(let batch, let records, .workerDied) = action else { return [action] }
      guard case .except(_, _, let cause) = action else { return [action] }
      let more = records.lowerBound..<(records.upperBound + 1)
      return [.except(batch: batch, records: more, cause)]
    },
    Sabotage(name: "nobody is told to let go") { action in
      if case .flush = action { return [] }
      return [action]
    },
    Sabotage(name: "a worker of a high slot is not told to leave") { action in
      if case .close(let slot) = action, slot > 1 { return [] }
      return [action]
    },
    Sabotage(name: "what waits is not answered") { action in
      if case .answerParked = action { return [] }
      return [action]
    },
    Sabotage(name: "a batch of several is complete twice") { action in
      if case .complete(let batch) = action, batch % 3 == 2 { return [action, action] }
      return [action]
    },
    Sabotage(name: "one that is late is not killed") { action in
      if case .kill = action { return [] }
      return [action]
    },
    Sabotage(name: "the end comes too early") { action in
      if case .close = action { return [action, .finish] }
      return [action]
    },
    Sabotage(
      name: "one more try than allowed",
      rules: { rules in
        if rules.retry.retries > 0 { rules.retry.retries += 1 }
      }),
    Sabotage(name: "failures that halt nothing", rules: { $0.halt = nil }),
    Sabotage(
      name: "one more failure is borne",
      rules: { rules in
        guard case .records(let most) = rules.halt?.limit else { return }
        rules.halt?.limit = .records(most + 1)
      }),
    Sabotage(name: "nothing is cancelled") { action in
      if case .except(_, _, .cancelled) = action { return [] }
      return [action]
    },
    Sabotage(name: "nobody is recalled") { action in
      if case .recall = action { return [] }
      return [action]
    },
    Sabotage(name: "a larger window", rules: { $0.window += 100 }),
    Sabotage(
      name: "one more in flight",
      rules: { rules in
        rules.mostInFlight = rules.mostInFlight.map { $0 + 1 }
      }),
    Sabotage(
      name: "one more unfinished",
      rules: { rules in
        rules.mostUnfinished = rules.mostUnfinished.map { $0 + 1 }
      }),
    Sabotage(
      name: "a longer life",
      rules: { rules in
        rules.recycleAfter = rules.recycleAfter.map { $0 + 1 }
      }),
    Sabotage(name: "only the first is blamed", rules: { $0.attribution = .firstBegun }),
    Sabotage(name: "all are blamed", rules: { $0.attribution = .everyBegun }),
    Sabotage(
      name: "a rate that is passed",
      rules: { rules in
        rules.rate = rules.rate.map { FlowLimit($0.amount * 1.5, in: $0.unit) }
      }),
    Sabotage(name: "a clock that is fast", clock: { $0 * 2 }),
    Sabotage(name: "a shard that goes elsewhere") { shard, batch in
      shard.map { $0 + (batch % 5 == 4 ? 1 : 0) }
    },
  ]

  private init(
    name: String, rules: @escaping @Sendable (inout PoolState.Rules) -> Void = { _ in },
    clock: @escaping @Sendable (Nanoseconds) -> Nanoseconds = { $0 }
  ) {
    self.name = name
    self.rules = rules
    self.clock = clock
  }

  private init(
    name: String, _ actions: @escaping @Sendable (PoolState.Action) -> [PoolState.Action]
  ) {
    self.name = name
    self.actions = actions
  }

  private init(name: String, shard: @escaping @Sendable (Int?, UInt64) -> Int?) {
    self.name = name
    self.shard = shard
  }
}
