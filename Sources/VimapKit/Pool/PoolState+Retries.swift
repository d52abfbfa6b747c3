import HeapModule
import VimapSystem

/// A record that is to be tried again, and when.
struct WaitingTry: Comparable {
  var due: Nanoseconds
  /// Of those that are due at the same time, the one that failed first is first.
  var number: UInt64
  var assignment: Assignment

  static func < (one: WaitingTry, other: WaitingTry) -> Bool {
    (one.due, one.number) < (other.due, other.number)
  }

  static func == (one: WaitingTry, other: WaitingTry) -> Bool { one.number == other.number }
}

/// Records that failed in a way that is worth another try. They wait here, with no worker, until
/// their time has come, and then go to any that can take them.
extension PoolState {
  /// A worker says that a record failed in a way that may pass: has it wait for another try, unless
  /// it has been tried often enough.
  /// - Parameters:
  ///   - pause: how long it is to wait at least, where that is known.
  ///   - wasSent: whether the worker may have passed it on.
  mutating func retry(
    _ seat: Int, batch: UInt64, record: Int, pause: Nanoseconds? = nil, wasSent: Bool = true,
    now: Nanoseconds
  ) -> Bool {
    guard ledgers[batch]?.unanswered(in: record..<(record + 1)).isEmpty == false,
      let failed = seats[seat].assignment(with: record, of: batch), mayRetry(failed)
    else { return false }
    tries.add(1, attempt: failed.attempt)
    seats[seat].giveBack(record, of: batch)
    seats[seat].noteAnswers(1, now)
    wait(failed.part(record..<(record + 1)), pause: pause, wasSent: wasSent, now: now)
    dropIfDone(batch, seat)
    closeIfDone()
    return true
  }

  func mayRetry(_ assignment: Assignment) -> Bool {
    assignment.failures < rules.retry.retries && !isStopping
  }

  /// Has a record wait for its next try.
  mutating func wait(
    _ failed: Assignment, pause: Nanoseconds?, wasSent: Bool, now: Nanoseconds
  ) {
    let delay = rules.retry.delay(after: failed.failures + 1, pause: pause, &random)
    var next = failed.part(failed.records, attempt: failed.attempt + 1)
    next.isRetry = true
    if wasSent { next.mayBeSent = true }
    next.failures += 1
    let wait = WaitingTry(due: now.plus(delay), number: waitCount, assignment: next)
    waiting.insert(wait)
    latestWait = wait
    waitCount += 1
  }

  /// The records whose time has come are ahead of new input.
  mutating func takeDue(_ now: Nanoseconds) {
    while let first = waiting.min, first.due <= now {
      waiting.removeMin()
      requeued.append(first.assignment)
    }
  }

  /// Whatever waits for another try is answered with what it failed with.
  mutating func answerWaiting() {
    let due = requeued.filter(\.isRetry)
    requeued.removeAll(where: \.isRetry)
    let later = waiting.unordered.sorted().map(\.assignment)
    waiting = Heap()
    for left in due + later { answerHeld(left) }
  }

  /// A record that failed is tried no more, and answered with what it failed with.
  mutating func answerHeld(_ left: Assignment) {
    guard ledgers[left.batch]?.mark(left.records) == true else { return }
    noteExcepted(left.records.count)
    actions.append(.answerHeld(batch: left.batch, record: left.records.lowerBound))
    completeIfDone(left.batch, nil)
    noteFinished(left.records.count, failed: true)
  }

  /// Whether there may be more to be handed out though the input has ended.
  var awaitsRetries: Bool {
    !waiting.isEmpty || (rules.retry.retries > 0 && !isStopping && !ledgers.isEmpty)
  }

  /// Nothing more can be handed out before some of it is answered. A worker may yet be wanted, and
  /// so is not closed; but it is not to hold back what it has.
  mutating func drainAll() {
    for seat in seats.indices where seats[seat].mayHoldBack {
      seats[seat].wasDrained = true
      actions.append(.drain(seat: seat))
    }
  }
}
