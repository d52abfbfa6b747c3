import Foundation
import Testing
import VimapSystem

@testable import VimapKit

/// Histories of the pool by chance: whatever happens, its rules hold.
///
/// `VIMAP_EVENTS` is how many events there are to be, of all histories together (a million in
/// continuous integration), and `VIMAP_SEED` where they begin.
@Suite struct HistoryTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let events = environment["VIMAP_EVENTS"].flatMap { Int($0) } ?? 500_000
  private static let firstSeed = environment["VIMAP_SEED"].flatMap { UInt64($0) } ?? 1
  /// Tests that run beside each other.
  private static let parts = 4

  @Test(arguments: 0..<parts)
  func rulesHoldWhateverHappens(part: Int) {
    var events = 0
    var seed = Self.firstSeed + UInt64(part) << 32
    var seen: Set<String> = []
    while events < Self.events / Self.parts {
      let (history, pool) = History.draw(seed: seed)
      events += pool.events
      seen.formUnion(pool.books.seen)
      guard pool.books.violations.isEmpty else {
        Issue.record("seed \(seed): \(history.shrunk().report)")
        return
      }
      seed += 1
    }
    // Everything that a pool can decide on has been decided on.
    #expect(
      seen.isSuperset(of: [
        "drain", "close", "kill", "recall", "halted", "retirement", "workerDied", "timedOut",
        "cannotStart", "cancelled", "hold workerDied", "hold timedOut", "answerHeld", "failed fork",
        "another attempt", "pause",
      ]))
  }

  @Test(arguments: [UInt64](1...50))
  func aSeedGivesTheSameHistoryAgain(seed: UInt64) {
    let (history, pool) = History.draw(seed: seed)
    let (again, _) = History.draw(seed: seed)
    #expect(history.decisions == again.decisions)
    #expect(history.setup.code == again.setup.code)
    // And a history that is played is the one that was drawn.
    let played = history.play()
    #expect(played.events == pool.events)
    #expect(played.now == pool.now)
    #expect(played.books.nextBatch == pool.books.nextBatch)
  }

  /// The test of the test: what is broken on purpose is found, and the history that shows it is
  /// short.
  @Test(arguments: Sabotage.all)
  func aBrokenRuleIsFound(_ sabotage: Sabotage) throws {
    let found = (UInt64(1)...2000).lazy.map { History.draw(seed: $0, sabotage: sabotage) }
      .first { !$0.1.books.violations.isEmpty }
    var history = try #require(found?.0).shrunk()
    #expect(!history.violations.isEmpty)
    #expect(history.decisions.count <= 12, "\(history.report)")
    history.sabotage = .none
    #expect(history.violations == [])
  }
  // MARK: Histories that went wrong once

  @Test func whatIsForASlotThatIsGivenUpGoesToAnother() {
    var rules = PoolState.Rules(jobs: 6, window: 1 << 20)
    rules.startsAll = true
    rules.hasShards = true
    let history = History(
      setup: Setup(rules: rules),
      decisions: [.ready(5), .forksFail(10), .die(5), .read(21, shard: 5)])
    #expect(history.violations == [])
  }

  @Test func whatIsLeftOfABatchGoesAheadInItsShard() {
    var rules = PoolState.Rules(jobs: 4, window: 1 << 20)
    rules.chunk = 46
    rules.rate = FlowLimit(8350, in: .seconds(1))
    rules.hasShards = true
    let history = History(
      setup: Setup(rules: rules),
      decisions: [
        .ready(0), .read(22, shard: 1), .ready(1), .answer(2, count: 9), .answer(2, count: 3),
        .answer(2, count: 5), .wantsMore(2), .answer(0, count: 2), .read(15, shard: 3),
        .answer(0, count: 6), .ready(3), .read(40, shard: 0), .answer(1, count: 2),
        .read(31, shard: 3), .wantsMore(0), .answer(1, count: 6), .answer(0, count: 10),
        .answer(1, count: 10), .answer(0, count: 9), .read(23, shard: 2), .answer(0, count: 6),
        .answer(1, count: 2), .leave(1), .answer(3, count: 4), .read(6, shard: 2),
        .answer(0, count: 10), .read(21, shard: 3), .answer(3, count: 1), .answer(3, count: 2),
        .die(0), .ready(0), .answer(2, count: 9), .answer(2, count: 6), .answer(0, count: 6),
        .answer(2, count: 8), .answer(3, count: 6), .leave(1), .leave(2), .leave(2), .leave(1),
        .read(10, shard: 3), .answer(2, count: 2), .answer(0, count: 6), .read(36, shard: 1),
        .answer(0, count: 3), .answer(2, count: 4), .read(16, shard: 1), .answer(0, count: 6),
        .read(24, shard: 2), .leave(1), .answer(3, count: 10), .read(39, shard: 0),
      ])
    #expect(history.violations == [])
  }
}
