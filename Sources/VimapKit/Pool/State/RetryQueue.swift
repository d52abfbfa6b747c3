import HeapModule
import VimapSystem

/// Records that failed in a way that is worth another try. They wait for it here, with no worker.
/// The queue's rule decides whether a record gets another try, and when.
struct RetryQueue {
  /// The next try of a record.
  struct NextTry: Equatable {
    let due: Nanoseconds
    /// Which try of the record it will be, from 2.
    let attempt: Int
  }

  /// A record that waits for its next try.
  private struct Parked: Comparable {
    let due: Nanoseconds
    /// The order among records that are due at the same time: the one that failed first comes
    /// first.
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

  /// - Parameter seed: the seed for the lengths of pauses.
  init(_ rule: RetryRule, seed: UInt64) {
    self.rule = rule
    random = SeededRandom(seed: seed)
  }

  var count: Int { waiting.count }
  var isEmpty: Bool { waiting.isEmpty }
  /// Whether records are tried again at all.
  var isInUse: Bool { rule.retries > 0 }
  /// When the first of the waiting records is due.
  var nextDue: Nanoseconds? { waiting.min?.due }

  /// Whether a record that failed may be tried once more.
  /// - Parameter loss: how the worker was lost, if it could not say itself that the record is worth
  ///   another try.
  func allows(_ failed: Assignment, after loss: RetryRule.Loss? = nil) -> Bool {
    failed.failures < rule.retries && loss.map(rule.losses.contains) ?? true
  }

  /// Parks a record until its next try.
  /// - Parameters:
  ///   - failed: the record, as the worker had it.
  ///   - pause: how long it has to wait at least, if known.
  ///   - wasSent: whether the worker may have sent it on.
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

  /// Takes the records whose time has come, in the order in which they were due.
  mutating func takeDue(_ now: Nanoseconds) -> [Assignment] {
    var due: [Assignment] = []
    while let first = waiting.min, first.due <= now {
      waiting.removeMin()
      due.append(first.assignment)
    }
    return due
  }

  /// Takes all waiting records, in the order in which they would be due.
  mutating func takeAll() -> [Assignment] {
    let all = waiting.unordered.sorted().map(\.assignment)
    waiting = Heap()
    return all
  }
}
