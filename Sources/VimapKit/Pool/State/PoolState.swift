import VimapSystem

/// What a pool does, as a pure state machine: events go in, actions come out.
///
/// It decides what the messages and the deaths of workers mean. Its ``Dispatcher`` knows which
/// worker has which records, and who gets the next ones. Its ``RunControl`` knows how the run ends.
/// It has no descriptor and no clock: ``PoolDriver`` feeds it events and carries out its actions.
/// An event that is impossible, such as one of a worker in a vacant slot, traps in debug builds and
/// changes nothing in others. But a worker process can be broken in any way: a worker that is ready
/// twice is killed.
package struct PoolState {
  let rules: Rules
  private var run: RunControl
  private var dispatcher: Dispatcher
  /// How many commands have ended without an answer, before there was any output.
  private var vainCommands = 0

  /// After so many such commands without any output, others would end without an answer too.
  static let mostVainCommands = 5

  /// - Parameter seed: the seed of everything that is random.
  init(_ rules: Rules, seed: UInt64 = 0) {
    self.rules = rules
    dispatcher = Dispatcher(rules, seed: seed)
    run = RunControl(rules)
    dispatcher.forkFirst()
  }

  /// The actions decided on since the last call, to be carried out in order.
  mutating func takeActions() -> [Action] { dispatcher.takeActions() }

  // MARK: What is known

  var phase: RunPhase { run.phase }
  /// The number of tries that are over.
  var tries: TryTally { run.tries }
  var slots: WorkerSlots { dispatcher.slots }
  /// What is in flight, and whether more may be.
  var admission: Admission { dispatcher.admission }
  /// The number of records that are handed out at once.
  var batchSize: Int { dispatcher.sizer.records }
  /// The number of records that wait for their next try.
  var waitingForRetry: Int { dispatcher.retries.count }
  /// The number of records whose final answer is a failure.
  var failed: Int { run.halt.failed }
  /// Whether as much is in flight as may be.
  var isFull: Bool { dispatcher.isFull }
  func unanswered(in part: Assignment) -> [Assignment] { dispatcher.unanswered(in: part) }

  /// Whether there are records that are to be handed out later, and not now.
  func awaitsTurn(after now: Nanoseconds) -> Bool {
    waitingForRetry > 0 || nextTurn(after: now) != nil
  }

  /// The next moment at which ``demand(now:mayRead:)`` will find more to do: a worker may be
  /// started again, or a record tried again.
  /// - Parameter now: the time for which the demand was asked last.
  func nextTimer(after now: Nanoseconds) -> Nanoseconds? {
    let start = hasMore ? slots.nextStart(after: now) : nil
    return [start, dispatcher.retries.nextDue, nextTurn(after: now)].compactMap(\.self).min()
  }

  private func nextTurn(after now: Nanoseconds) -> Nanoseconds? {
    hasMore ? admission.nextTurn(after: now) : nil
  }

  /// Whether there are records to hand out, or there may be.
  private var hasMore: Bool { !dispatcher.isQueueEmpty || phase.mayRead }

  // MARK: Input and results

  /// What to cut from the input next, if the pool can use more. What a dead worker left is handed
  /// out first, even if nothing may be read.
  mutating func demand(now: Nanoseconds, mayRead: Bool = true) -> Demand? {
    if phase.isUnderWay { dispatcher.handOut(now) }
    // If that was the last of it, nothing more may come.
    run.closeIfDone(&dispatcher)
    guard phase.mayRead else { return nil }
    if !slots.hasStarted, slots.areVacant, let slot = slots.firstToFork(now) {
      dispatcher.fork(slot)
    }
    return mayRead ? dispatcher.demand(now) : nil
  }

  /// Takes a batch that was cut to meet a demand.
  /// - Parameters:
  ///   - demand: `nil` if somebody else has met it meanwhile; then the batch waits for a worker.
  ///   - shard: the shard of its records, if there are shards.
  ///   - cost: the cost of its record, if there is a budget.
  mutating func take(
    batch: UInt64, records: Int, bytes: Int, shard: Int? = nil, cost: Double = 0,
    for demand: Demand?, now: Nanoseconds
  ) {
    let batch = Assignment(batch: batch, records: 0..<records, shard: shard, cost: cost)
    if phase.isUnderWay {
      dispatcher.take(batch, bytes: bytes, for: demand, now)
    } else {
      dispatcher.enter(batch, bytes: bytes)
      dispatcher.putFirst([batch])
      run.answerQueued(in: &dispatcher)
    }
    run.closeIfDone(&dispatcher)
  }

  /// Takes records from the input that need no worker: each of them is an exception.
  mutating func takeAnswered(_ records: Int) {
    dispatcher.account { $0.takeAnswered(records) }
    run.noteFinished(records, failed: true, in: &dispatcher)
  }

  /// Ends the input: it was read to its end, or the run is to stop. What is in flight is finished.
  mutating func endInput() {
    run.endInput(&dispatcher)
  }

  /// No more input can be read until some is answered. Workers that wait for more are flushed.
  mutating func inputIsBlocked() {
    for slot in slots.indices where slots[slot].wantsMore { dispatcher.flush(slot) }
  }

  /// Counts more bytes as in flight.
  mutating func hold(bytes: Int) { dispatcher.account { $0.hold(bytes: bytes) } }
  /// Stops counting bytes that are no longer in flight, and no longer wait for their turn.
  mutating func release(bytes: Int) { dispatcher.account { $0.release(bytes: bytes) } }
  /// Counts the results of some records as taken by the reader.
  mutating func release(records: Int) { dispatcher.account { $0.noteTakenAway(records) } }
  /// Holds everything back until `moment`, since all servers are paused.
  mutating func pause(until moment: Nanoseconds) { dispatcher.account { $0.pause(until: moment) } }

  // MARK: What workers say

  /// Notes that the worker's process exists.
  mutating func workerIsForked(_ slot: Int) {
    dispatcher.changeSlots { $0.noteForked(slot) }
    forkFirst()
  }

  mutating func workerIsReady(_ slot: Int) {
    guard slots[slot].worker?.isServing != true else { return dispatcher.act(.kill(slot: slot)) }
    dispatcher.changeSlots { $0.noteReady(slot) }
    forkFirst()
  }

  private mutating func forkFirst() { if phase.mayRead { dispatcher.forkFirst() } }

  /// The worker has passed on everything that it has, and gets no answers.
  mutating func workerWantsMore(_ slot: Int) {
    dispatcher.changeSlots { $0.update(slot) { $0.load.noteWantsMore() } }
    guard let worker = slots[slot].worker else { return }
    if worker.load.isFull || admission.handsOutLittle { dispatcher.act(.flush(slot: slot)) }
    // It may be needed for another try, but first it has to give the answers that it holds back.
    if !hasMore, worker.goesOn {
      rules.concurrency > 1 ? dispatcher.close(slot) : dispatcher.act(.flush(slot: slot))
    }
  }

  /// A worker cannot be forked or set up. Its end will follow.
  mutating func workerFailed(_ slot: Int, _ failure: WorkerFailure) {
    let isHopeless = rules.startsAll && !slots[slot].hasServed
    dispatcher.changeSlots { $0.update(slot) { $0.fail(failure, isHopeless: isHopeless) } }
    if !rules.startsAll, !slots.hasStarted { run.giveUp(failure, &dispatcher) }
  }

  /// A worker will leave once it has answered the first `begun` of the records sent to it. The
  /// other records go to other workers.
  mutating func workerRetires(_ slot: Int, begun: UInt64) {
    dispatcher.takeBack(slot, begun: begun)
    run.answerQueued(in: &dispatcher)
  }

  /// Notes a worker's exit message. The worker's end will follow.
  mutating func workerSaid(_ slot: Int, _ text: String) {
    dispatcher.changeSlots { $0.update(slot) { $0.say(text) } }
  }

  /// Takes in that a worker has answered records, with outputs or an exception. Returns `false` if
  /// they were not its to answer.
  /// - Parameter wasTried: `false` for records that can't be tried at all.
  mutating func answered(
    _ slot: Int, batch: UInt64, records: Range<Int>, failed: Bool = false, wasTried: Bool = true,
    now: Nanoseconds
  ) -> Bool {
    let attempt =
      wasTried ? dispatcher.attempt(at: records.lowerBound, of: batch, by: slot) : nil
    guard dispatcher.answered(slot, batch, records, now) else { return false }
    if wasTried { run.noteTries(records.count, attempt: attempt ?? 1) }
    run.noteFinished(records.count, failed: failed, in: &dispatcher)
    run.closeIfDone(&dispatcher)
    return true
  }

  /// Parks a record that failed in a way that may pass, unless it has been tried often enough.
  /// - Parameters:
  ///   - pause: how long the record has to wait at least, if known.
  ///   - wasSent: whether the worker may have sent the record on.
  mutating func retry(
    _ slot: Int, batch: UInt64, record: Int, pause: Nanoseconds? = nil, wasSent: Bool = true,
    now: Nanoseconds
  ) -> RetryQueue.NextTry? {
    guard phase.isUnderWay,
      let next = dispatcher.retry(slot, batch, record, pause: pause, wasSent: wasSent, now)
    else { return nil }
    run.noteTries(1, attempt: next.attempt - 1)
    run.closeIfDone(&dispatcher)
    return next
  }

  /// The worker has spent more time on its current record than is allowed, so it is killed.
  /// - Parameter begun: how many records it had begun by then.
  mutating func workerIsLate(_ slot: Int, begun: UInt64) {
    guard let worker = slots[slot].worker, !worker.wasKilled else { return }
    dispatcher.changeSlots { $0.update(slot) { $0.noteLate(begun: begun) } }
    dispatcher.act(.kill(slot: slot))
  }

  /// A worker's command has ended without a single answer.
  /// - Parameter text: how it ended.
  mutating func commandWasInVain(_ text: String) {
    guard run.halt.hasNoOutput, phase.isUnderWay else { return }
    vainCommands += 1
    guard vainCommands >= Self.mostVainCommands else { return }
    run.giveUp(
      WorkerFailure("\(text) (so it went \(vainCommands) times, and never otherwise)"),
      &dispatcher)
  }

  // MARK: The end of a worker

  /// Whether a worker has just done what it was told: it left, and everything was answered.
  func hasLeft(_ slot: Int) -> Bool {
    guard let worker = slots[slot].worker else { return true }
    return worker.isServing && worker.wasToldToLeave && worker.load.outstanding == 0
      && worker.failure == nil
  }

  /// A worker process has ended.
  /// - Parameters:
  ///   - begun: how many records it had begun since it was forked.
  ///   - unsent: those of them that it had not sent.
  mutating func workerEnded(
    _ slot: Int, _ end: ProcessEnd, begun: UInt64, unsent: UnsentRecords = .none,
    now: Nanoseconds
  ) {
    dispatcher.changeSlots { $0.noteForked(slot) }
    guard let ended = slots[slot].worker else { return assertionFailure("nobody was there") }
    let all = ended.load.assignments.flatMap { unanswered(in: $0) }.map { $0.parted(by: unsent) }
    var (left, untouched) = (all.flatMap(\.sent), all.flatMap(\.unsent))
    if ended.fate == .cutOff {
      dispatcher.changeSlots { $0.vacate(slot, wasInVain: false, now: now) }
      run.answer(left, begun: begun, in: &dispatcher)
      run.answer(untouched, begun: 0, in: &dispatcher)
      return run.closeIfDone(&dispatcher)
    }
    // A worker that dies of its first record has not died in vain: the record is answered.
    let hasSentNothing = left.isEmpty && !untouched.isEmpty
    let hasDoneNothing = hasSentNothing || begun == 0 && (!left.isEmpty || !ended.isServing)
    let wasInVain = ended.failure != nil || ended.load.answered == 0 && hasDoneNothing
    dispatcher.changeSlots { $0.vacate(slot, wasInVain: wasInVain, now: now) }
    let isHopeless = slots[slot].vainEnds >= WorkerSlot.mostVainEnds || ended.isHopeless
    if hasSentNothing, isHopeless {
      // Then the first of the unsent records is charged, as there are no others.
      (left, untouched) = (untouched, [])
    }
    if ended.failure == nil {
      let death = RunControl.Death(slot: slot, worker: ended, end: end, time: now)
      let parts = DeathSplit.parts(
        of: left, begun: begun, lateAt: ended.lateAt, isHopeless: isHopeless, rules.attribution)
      for part in parts { run.charge(part, with: death, in: &dispatcher) }
      left = parts.flatMap { [$0.begun, $0.rest] }
    }
    dispatcher.putFirst(untouched + left)
    run.answerQueued(in: &dispatcher)
    if isHopeless, phase.isUnderWay, ended.failure != nil || !ended.isServing {
      dispatcher.changeSlots { $0.retire(slot, now: now) }
      // If slots are filled on demand, the slots that are still empty would fare no better.
      if slots.areVacant, !rules.startsAll || slots.areRetired {
        run.giveUp(
          ended.failure ?? ended.failureToStart(slot, end), &dispatcher)
      }
    }
    forkFirst()
    run.closeIfDone(&dispatcher)
  }

  /// Stops the run, because somebody wants that.
  mutating func stop(_ manner: HaltRule.Manner) { run.stop(manner, &dispatcher) }

  /// Ends the run at once: what workers have begun is not finished.
  mutating func cutShort() { run.cutShort(&dispatcher) }

  /// Forgets what is in flight: workers are told to leave, and nobody waits for answers.
  mutating func abandon() { run.abandon(&dispatcher) }

  /// Kills all workers at once and forgets what is in flight.
  mutating func abort() {
    for slot in slots.occupied { dispatcher.act(.kill(slot: slot)) }
    abandon()
  }
}
