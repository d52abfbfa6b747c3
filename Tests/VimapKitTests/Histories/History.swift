import VimapSystem

@testable import VimapKit

/// What happens to a pool, from its beginning to its end.
struct History {
  var setup: Setup
  var decisions: [Decision] = []
  /// How the pool is broken, if it is.
  var sabotage = Sabotage.none

  /// Plays it as far as nothing goes wrong, and has the pool come to its end.
  func play() -> SimulatedPool {
    var pool = SimulatedPool(setup, sabotage: sabotage)
    for decision in decisions where pool.goesOn { pool.happen(decision) }
    if pool.goesOn { pool.settle() }
    return pool
  }

  /// What of it goes against the rules.
  var violations: [String] { play().books.violations }

  /// Draws a history, as far as the first thing that goes wrong, and plays it to its end.
  static func draw(seed: UInt64, sabotage: Sabotage = .none) -> (History, SimulatedPool) {
    var random = SeededRandom(seed: seed)
    var history = History(setup: Setup(by: &random), sabotage: sabotage)
    var chance = Chance(by: &random)
    let length = Int.random(in: 1...8, using: &random) == 1 ? 3000 : 300
    let steps = Int.random(in: 1...length, using: &random)
    var pool = SimulatedPool(history.setup, sabotage: sabotage)
    for _ in 0..<steps where pool.goesOn {
      let decision = chance.next(for: pool)
      history.decisions.append(decision)
      pool.happen(decision)
    }
    if pool.goesOn { pool.settle() }
    return (history, pool)
  }

  /// A history, its rules and what is wrong with it, as they can be pasted into a test.
  var report: String {
    """
    \(violations.prefix(3).joined(separator: "; "))
    \(setup.code)
    let history = History(setup: setup, decisions: [
    \(decisions.code)
    ])
    #expect(history.violations == [])
    """
  }
}

// MARK: Shrinking

extension History {
  /// A history that fails in the same way, and of which nothing can be left out: delta debugging,
  /// as in Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
  func shrunk() -> History {
    var history = self
    for index in setup.plainer.indices {
      history.change(to: history.setup.plainer[index], failure)
    }
    while history.setup.smaller.contains(where: { history.change(to: $0, failure) }) {}
    history.shrinkDecisions(failure)
    return history
  }

  /// Takes another setup, if it fails in the same way with it.
  @discardableResult
  private mutating func change(to setup: Setup, _ failure: String?) -> Bool {
    var other = self
    other.setup = setup
    guard other.failure == failure else { return false }
    self = other
    return true
  }

  /// What goes wrong first, whatever the numbers.
  private var failure: String? {
    violations.first.map { $0.filter { !$0.isNumber } }
  }

  private mutating func shrinkDecisions(_ failure: String?) {
    var size = max(1, decisions.count / 2)
    while true {
      let hasShrunk = leaveOut(size, failure)
      if size == 1, !hasShrunk { return }
      size = max(1, size / 2)
    }
  }

  /// Leaves out each stretch of so many decisions without which it fails in the same way.
  private mutating func leaveOut(_ size: Int, _ failure: String?) -> Bool {
    let before = decisions.count
    var start = 0
    while start < decisions.count {
      var shorter = self
      shorter.decisions.removeSubrange(start..<min(start + size, decisions.count))
      if shorter.failure == failure { self = shorter } else { start += size }
    }
    return decisions.count < before
  }
}
