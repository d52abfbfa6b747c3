import HeapModule
import VimapSystem

/// Records that failed in a way that is worth another try, and wait for it with no worker. By its
/// rule it decides whether a record may have another try, and when.
struct RetryQueue {
  /// The next try of a record.
  struct NextTry: Equatable {
    let due: Nanoseconds
    /// Which try of the record it will be, from 2.
    let attempt: Int
  }

  /// A record that waits.
  private struct Parked: Comparable {
    let due: Nanoseconds
    /// Of those that are due at the same time, the one that failed first is first.
    let number: UInt64
    let assignment: Assignment

    static func < (one: Parked, other: Parked) -> Bool {
      (one.due, one.number) < (other.due, other.number)
    }

    static func == (one: Parked, other: Parked) -> Bool { one.number == other.number }
  }

  private let rule: RetryRule
  private var waiting: Heap<Parked> = []
  private var parkedEver: UInt64 = 0
  private var random: SeededRandom

  /// - Parameter seed: what the lengths of pauses hang on.
  init(_ rule: RetryRule, seed: UInt64) {
    self.rule = rule
    random = SeededRandom(seed: seed)
  }

  var count: Int { waiting.count }
  var isEmpty: Bool { waiting.isEmpty }
  /// Whether records are tried again at all.
  var isInUse: Bool { rule.retries > 0 }
  /// When the first that waits is due.
  var nextDue: Nanoseconds? { waiting.min?.due }

  /// Whether records that failed so may be tried once more.
  /// - Parameter loss: what became of the worker, where it could not say that it is worth it.
  func allows(_ failed: Assignment, after loss: RetryRule.Loss? = nil) -> Bool {
    failed.failures < rule.retries && loss.map(rule.losses.contains) ?? true
  }

  /// Has a record wait for its next try.
  /// - Parameters:
  ///   - failed: the record, as the worker had it.
  ///   - pause: how long it is to wait at least, where that is known.
  ///   - wasSent: whether the worker may have passed it on.
  mutating func park(
    _ failed: Assignment, pause: Nanoseconds?, wasSent: Bool, now: Nanoseconds
  ) -> NextTry {
    let delay = rule.delay(after: failed.failures + 1, pause: pause, &random)
    var next = failed.part(failed.records, attempt: failed.attempt + 1)
    next.isRetry = true
    if wasSent { next.mayBeSent = true }
    next.failures += 1
    let due = now.plus(delay)
    waiting.insert(Parked(due: due, number: parkedEver, assignment: next))
    parkedEver += 1
    return NextTry(due: due, attempt: next.attempt)
  }

  /// Those whose time has come, the first that was due first.
  mutating func takeDue(_ now: Nanoseconds) -> [Assignment] {
    var due: [Assignment] = []
    while let first = waiting.min, first.due <= now {
      waiting.removeMin()
      due.append(first.assignment)
    }
    return due
  }

  /// All that wait, in the order in which they would be due.
  mutating func takeAll() -> [Assignment] {
    let all = waiting.unordered.sorted().map(\.assignment)
    waiting = Heap()
    return all
  }
}
