import VimapSystem

/// How far a run has come, what the pool answers by itself, and how the run ends: at the end of its
/// input, or earlier, because somebody wants that, too many records fail, or no worker can be
/// started.
struct RunControl {
  private(set) var phase = RunPhase.reading
  private(set) var halt: HaltMonitor
  /// The number of tries that are over.
  private(set) var tries = TryTally()

  init(_ rules: PoolState.Rules) { halt = HaltMonitor(rules.halt, before: rules.before) }

  mutating func noteTries(_ count: Int, attempt: Int) { tries.add(count, attempt: attempt) }

  // MARK: Answers of the pool itself

  /// Answers records with an exception, unless they are answered already.
  mutating func except(
    _ batch: UInt64, _ records: Range<Int>, _ cause: PoolState.Cause,
    in dispatcher: inout Dispatcher
  ) {
    guard dispatcher.markAnswered(batch, records) else { return }
    dispatcher.act(.except(batch: batch, records: records, cause))
    dispatcher.completeIfDone(batch)
    noteFinished(records.count, failed: true, in: &dispatcher)
  }

  /// Answers a parked record that gets no more tries, with the exception of its last try.
  private mutating func answerParked(_ parked: Assignment, in dispatcher: inout Dispatcher) {
    guard dispatcher.markAnswered(parked.batch, parked.records) else { return }
    dispatcher.act(.answerParked(batch: parked.batch, record: parked.records.lowerBound))
    dispatcher.completeIfDone(parked.batch)
    noteFinished(parked.records.count, failed: true, in: &dispatcher)
  }

  /// The death of a worker.
  struct Death {
    let slot: Int
    let worker: SlotWorker
    let end: ProcessEnd
    let time: Nanoseconds
  }

  /// Handles the records that a death is charged to: parks each for another try, or answers it.
  mutating func charge(_ part: DeathSplit, with death: Death, in dispatcher: inout Dispatcher) {
    let charged = part.charged
    let (isLate, attempts) = (death.worker.lateAt != nil, charged.attempt)
    noteTries(part.tried, attempt: attempts)
    let cause: PoolState.Cause =
      isLate
      ? .timedOut(slot: death.slot, attempts: attempts)
      : .workerDied(
        slot: death.slot, death.end, exitMessage: death.worker.exitMessage, attempts: attempts)
    for record in charged.records {
      let single = charged.part(record..<(record + 1))
      if phase.isUnderWay, dispatcher.retries.allows(single, after: isLate ? .timeLimit : .death) {
        let next = dispatcher.park(single, death.time)
        dispatcher.act(.park(batch: single.batch, record: record, cause, next))
      } else {
        except(single.batch, single.records, cause, in: &dispatcher)
      }
    }
  }

  /// Answers what is queued, if nothing is handed out any more.
  mutating func answerQueued(in dispatcher: inout Dispatcher) {
    if phase.isUnderWay { return }
    let (untried, parked) = dispatcher.takeQueued()
    for left in parked { answerParked(left, in: &dispatcher) }
    for left in untried { answer(left, wasBegun: false, in: &dispatcher) }
  }

  /// Answers the records of a worker that was killed to end the run.
  /// - Parameter begun: how many records the worker had begun.
  mutating func answer(_ left: [Assignment], begun: UInt64, in dispatcher: inout Dispatcher) {
    for assignment in left {
      let (begun, rest) = assignment.cut(after: begun)
      answer(begun, wasBegun: true, in: &dispatcher)
      answer(rest, wasBegun: false, in: &dispatcher)
    }
  }

  private mutating func answer(
    _ left: Assignment, wasBegun: Bool, in dispatcher: inout Dispatcher
  ) {
    if left.records.isEmpty { return }
    if wasBegun {
      noteTries(left.records.count, attempt: left.attempt)
    } else if left.isRetry {
      return answerParked(left, in: &dispatcher)
    } else if let failure = phase.failure {
      return except(left.batch, left.records, .cannotStart(failure), in: &dispatcher)
    }
    let cause = PoolState.Cause.cancelled(
      attempts: wasBegun ? left.attempt : left.attempt - 1, wasBegun: wasBegun,
      wasSent: wasBegun || left.mayBeSent)
    except(left.batch, left.records, cause, in: &dispatcher)
  }

  /// Counts records that have their final answers. If too many of them have failed, the run is
  /// stopped.
  mutating func noteFinished(
    _ records: Int, failed: Bool, in dispatcher: inout Dispatcher
  ) {
    guard let (manner, point) = halt.note(records, failed: failed), phase.isUnderWay else {
      return
    }
    dispatcher.act(.halted(point))
    stop(manner, &dispatcher)
  }

  // MARK: The end

  mutating func endInput(_ dispatcher: inout Dispatcher) {
    if phase == .reading { phase = .inputEnded }
    closeIfDone(&dispatcher)
  }

  /// Stops the run. Records that wait for another try get none.
  /// - Parameter manner: whether what workers have begun is finished.
  mutating func stop(_ manner: HaltRule.Manner, _ dispatcher: inout Dispatcher) {
    guard phase.isUnderWay else { return }
    phase = .stopping
    answerQueued(in: &dispatcher)
    for slot in dispatcher.slots.occupied {
      guard let worker = dispatcher.slots[slot].worker else { continue }
      // A worker that is still being set up has begun nothing.
      if manner == .now || !worker.isServing {
        dispatcher.cutOff(slot)
      } else if !worker.wasKilled {
        dispatcher.recall(slot)
      }
    }
    closeIfDone(&dispatcher)
  }

  /// Ends the run at once: what workers have begun is not finished.
  mutating func cutShort(_ dispatcher: inout Dispatcher) {
    stop(.now, &dispatcher)
    for slot in dispatcher.slots.occupied { dispatcher.cutOff(slot) }
  }

  /// Gives the run up, since no worker can be started. What was read is answered with the failure,
  /// and the rest is not read. What workers had begun is known only when they have ended.
  mutating func giveUp(_ failure: WorkerFailure, _ dispatcher: inout Dispatcher) {
    guard phase.isUnderWay else { return }
    phase = .givenUp(failure)
    answerQueued(in: &dispatcher)
    for slot in dispatcher.slots.occupied { dispatcher.cutOff(slot) }
  }

  /// Forgets what is in flight: workers are told to leave, and nobody waits for answers.
  mutating func abandon(_ dispatcher: inout Dispatcher) {
    if phase == .reading { phase = .inputEnded }
    dispatcher.forget()
    closeIfDone(&dispatcher)
  }

  /// Once nothing is left to hand out, closes the workers: a command that holds its answers back
  /// gives them when its input ends. The run is over when the last worker has left.
  mutating func closeIfDone(_ dispatcher: inout Dispatcher) {
    guard !phase.mayRead, dispatcher.isQueueEmpty, !phase.isFinished else { return }
    // A worker may be needed for a retry, so it is not closed. It only has to give the answers that
    // it holds back.
    if !phase.isStopping, dispatcher.awaitsRetries { return dispatcher.flushAll() }
    for slot in dispatcher.slots.indices where dispatcher.slots[slot].goesOn {
      dispatcher.close(slot)
    }
    guard dispatcher.isDone else { return }
    phase = .finished(wasStopped: phase.isStopping, phase.failure)
    dispatcher.act(.finish)
  }
}
