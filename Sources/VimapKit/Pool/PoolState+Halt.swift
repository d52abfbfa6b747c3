import HeapModule
import VimapSystem

/// Stopping a run before its end: nothing more is read or begun, and what was taken from the input
/// and not begun is answered as cancelled.
extension PoolState {
  /// Some records have their final answers. Where there are too many failures among them, the run
  /// is stopped.
  mutating func noteFinished(_ records: Int, failed isFailure: Bool) {
    finished += records
    if isFailure { failed += records }
    guard let rule = rules.halt, !isStopping, startFailure == nil,
      rule.isMet(failed: failed, of: finished)
    else { return }
    actions.append(.halted(HaltPoint(failed: failed, finished: finished)))
    stop(rule.manner)
  }

  /// The run is to stop, by someone's wish or because of failures. What waits for another try gets
  /// none.
  /// - Parameter manner: whether what workers have begun is finished.
  mutating func stop(_ manner: HaltRule.Manner) {
    guard !isStopping else { return }
    isStopping = true
    inputHasEnded = true
    answerWaiting()
    cancelRequeued()
    for seat in seats.indices where seats[seat].isOccupied {
      seats[seat].isClosing = true
      seats[seat].isHungry = false
      // One that is still being set up has begun nothing.
      if manner == .now || !seats[seat].isReady {
        seats[seat].isCutOff = true
        actions.append(.kill(seat: seat))
      } else {
        actions.append(.recall(seat: seat))
      }
    }
    closeIfDone()
  }

  /// The run is to end at once: what workers have begun is not finished.
  mutating func cutShort() {
    stop(.now)
    for seat in seats.indices where seats[seat].isOccupied && !seats[seat].isCutOff {
      seats[seat].isCutOff = true
      actions.append(.kill(seat: seat))
    }
  }

  /// In a run that is stopped, nothing is handed out any more.
  mutating func cancelRequeued() {
    guard isStopping else { return }
    let left = requeued
    requeued.removeAll()
    for assignment in left { cancel(assignment, wasBegun: false) }
  }

  /// Answers what a worker had that was killed to stop the run.
  /// - Parameter begun: how many records it had begun.
  mutating func cancel(_ left: [Assignment], begun: UInt64) {
    for assignment in left {
      let (begun, rest) = assignment.cut(after: begun)
      cancel(begun, wasBegun: true)
      cancel(rest, wasBegun: false)
    }
  }

  mutating func cancel(_ left: Assignment, wasBegun: Bool) {
    if left.records.isEmpty { return }
    if left.isRetry, !wasBegun { return answerHeld(left) }
    if wasBegun { tries.add(left.records.count, attempt: left.attempt) }
    let attempts = wasBegun ? left.attempt : left.attempt - 1
    let cause = Cause.cancelled(
      attempts: attempts, wasBegun: wasBegun, wasSent: wasBegun || left.mayBeSent)
    except(left.batch, left.records, cause)
  }

  /// Forgets what is in flight: workers are told to leave, and no answer is waited for.
  mutating func abandon() {
    inputHasEnded = true
    requeued.removeAll()
    waiting = Heap()
    ledgers.removeAll()
    inFlight = 0
    for seat in seats.indices { seats[seat].assignments.removeAll() }
    closeIfDone()
  }

  /// Ends everything at once.
  mutating func abort() {
    for seat in seats.indices where seats[seat].isOccupied {
      actions.append(.kill(seat: seat))
    }
    abandon()
  }
}
