import VimapSystem

/// What a pool does, as a pure state machine: events go in, actions come out.
///
/// It decides what the words and the deaths of workers mean. Its ``Dispatcher`` knows which worker
/// holds which records, and who gets the next; its ``RunControl`` how the run ends. It has no
/// descriptor and no clock: ``PoolDriver`` feeds it and carries its actions out. An event that is
/// impossible, such as one of a worker in a vacant slot, traps in debug builds, and else changes
/// nothing. A worker process can be broken in any way: one that is ready twice is killed.
package struct PoolState {
  let rules: Rules
  private var run: RunControl
  private var dispatcher: Dispatcher
  /// Commands of workers that came to their end without an answer, as long as there is no output.
  private var vainCommands = 0

  /// Commands that may end without an answer, before there is any output, until it is clear that
  /// others would end so too.
  static let mostVainCommands = 5

  /// - Parameter seed: what chance is left to hangs on it.
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
  /// How many tries are over.
  var tries: TryTally { run.tries }
  var slots: WorkerSlots { dispatcher.slots }
  /// What is under way, and whether more may be.
  var admission: Admission { dispatcher.admission }
  /// How many records are handed out at once.
  var batchSize: Int { dispatcher.sizer.records }
  /// Records that wait for their next try.
  var waitingForRetry: Int { dispatcher.retries.count }
  /// Records that have their final answers and failed.
  var failed: Int { run.halt.failed }
  /// As much is in flight as may be.
  var isFull: Bool { dispatcher.isFull }
  func unanswered(in part: Assignment) -> [Assignment] { dispatcher.unanswered(in: part) }

  /// There is something to be handed out later, and not now.
  func awaitsTurn(after now: Nanoseconds) -> Bool {
    waitingForRetry > 0 || nextTurn(after: now) != nil
  }

  /// The next moment, after that for which ``demand(now:mayRead:)`` was asked last, at which it
  /// will find more to do: a worker may be started again, or a record tried again.
  func nextTimer(after now: Nanoseconds) -> Nanoseconds? {
    let start = hasMore ? slots.nextStart(after: now) : nil
    return [start, dispatcher.retries.nextDue, nextTurn(after: now)].compactMap(\.self).min()
  }

  private func nextTurn(after now: Nanoseconds) -> Nanoseconds? {
    hasMore ? admission.nextTurn(after: now) : nil
  }

  /// There is, or may be, something to be handed out.
  private var hasMore: Bool { !dispatcher.isQueueEmpty || phase.mayRead }

  // MARK: Input and results

  /// What to cut from the input next, if the pool can use more. What a dead worker left is handed
  /// out first, whether or not anything may be read.
  mutating func demand(now: Nanoseconds, mayRead: Bool = true) -> Demand? {
    if phase.isUnderWay { dispatcher.handOut(now) }
    // With the last of it handed out, nothing more may come.
    run.closeIfDone(&dispatcher)
    guard phase.mayRead else { return nil }
    if !slots.hasStarted, slots.areVacant, let slot = slots.firstToFork(now) {
      dispatcher.fork(slot)
    }
    return mayRead ? dispatcher.demand(now) : nil
  }

  /// A batch was cut to meet a demand.
  /// - Parameters:
  ///   - shard: the shard of its records, where there are shards.
  ///   - cost: what its record costs, where there is a budget.
  mutating func take(
    batch: UInt64, records: Int, bytes: Int, shard: Int? = nil, cost: Double = 0,
    for demand: Demand, now: Nanoseconds
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

  /// Records were taken from the input that need no worker: each is an exception.
  mutating func takeAnswered(_ records: Int) {
    dispatcher.account { $0.takeAnswered(records) }
    run.noteFinished(records, failed: true, in: &dispatcher)
  }

  /// No more input will come: it is at its end, or the run is to stop. What is in flight is
  /// finished.
  mutating func endInput() {
    run.endInput(&dispatcher)
  }

  /// No more input can be read before some is answered: the workers that wait for more are told.
  mutating func inputIsBlocked() {
    for slot in slots.indices where slots[slot].wantsMore { dispatcher.flush(slot) }
  }

  /// So many bytes more are in flight.
  mutating func hold(bytes: Int) { dispatcher.account { $0.hold(bytes: bytes) } }
  /// The bytes of a batch are no longer in flight, nor waiting for their turn.
  mutating func release(bytes: Int) { dispatcher.account { $0.release(bytes: bytes) } }
  /// The results of some records are with whoever wanted them.
  mutating func release(records: Int) { dispatcher.account { $0.noteTakenAway(records) } }
  /// No server takes anything before then.
  mutating func pause(until moment: Nanoseconds) { dispatcher.account { $0.pause(until: moment) } }

  // MARK: What workers say

  /// The worker's process is there.
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

  /// The worker says it has passed everything on and gets nothing back.
  mutating func workerWantsMore(_ slot: Int) {
    dispatcher.changeSlots { $0.update(slot) { $0.load.noteWantsMore() } }
    guard let worker = slots[slot].worker else { return }
    if worker.load.isFull || admission.handsOutLittle { dispatcher.act(.flush(slot: slot)) }
    // It may be needed for another try, but first it has to let go of what it has.
    if !hasMore, worker.goesOn {
      rules.concurrency > 1 ? dispatcher.close(slot) : dispatcher.act(.flush(slot: slot))
    }
  }

  /// A worker cannot be set up, or cannot be forked; its end will follow.
  mutating func workerFailed(_ slot: Int, _ failure: WorkerFailure) {
    let isHopeless = rules.startsAll && !slots[slot].hasServed
    dispatcher.changeSlots { $0.update(slot) { $0.fail(failure, isHopeless: isHopeless) } }
    if !rules.startsAll, !slots.hasStarted { run.giveUp(failure, &dispatcher) }
  }

  /// A worker will leave once it has answered the first `begun` of the records sent to it. The
  /// others go to other workers.
  mutating func workerRetires(_ slot: Int, begun: UInt64) {
    dispatcher.takeBack(slot, begun: begun)
    run.answerQueued(in: &dispatcher)
  }

  /// What a worker has to say about its end, which will follow.
  mutating func workerSaid(_ slot: Int, _ text: String) {
    dispatcher.changeSlots { $0.update(slot) { $0.say(text) } }
  }

  /// A worker answered records, with outputs or an exception. `false` where it had no business to.
  /// - Parameter wasTried: not where they are such that it could not.
  mutating func answered(
    _ slot: Int, batch: UInt64, records: Range<Int>, failed: Bool = false, wasTried: Bool = true,
    now: Nanoseconds
  ) -> Bool {
    let attempt =
      wasTried ? slots[slot].assignment(with: records.lowerBound, of: batch)?.attempt : nil
    guard dispatcher.answered(slot, batch, records, now) else { return false }
    if wasTried { run.noteTries(records.count, attempt: attempt ?? 1) }
    run.noteFinished(records.count, failed: failed, in: &dispatcher)
    run.closeIfDone(&dispatcher)
    return true
  }

  /// A worker says that a record failed in a way that may pass: has it wait for another try, unless
  /// it has been tried often enough.
  /// - Parameters:
  ///   - pause: how long it is to wait at least, where that is known.
  ///   - wasSent: whether the worker may have passed it on.
  /// - Returns: when it is tried next; `nil` where the exception is its answer.
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

  /// The worker has been at the record it is at for longer than is allowed, and is to be ended.
  /// - Parameter begun: how many records it had begun by then.
  mutating func workerIsLate(_ slot: Int, begun: UInt64) {
    guard let worker = slots[slot].worker, !worker.wasKilled else { return }
    dispatcher.changeSlots { $0.update(slot) { $0.noteLate(begun: begun) } }
    dispatcher.act(.kill(slot: slot))
  }

  /// A worker's command has come to its end without a single answer.
  /// - Parameter text: how.
  mutating func commandWasInVain(_ text: String) {
    guard run.halt.hasNoOutput, phase.isUnderWay else { return }
    vainCommands += 1
    guard vainCommands >= Self.mostVainCommands else { return }
    run.giveUp(
      WorkerFailure("\(text) (so it went \(vainCommands) times, and never otherwise)"),
      &dispatcher)
  }

  // MARK: The end of a worker

  /// Whether the end of a slot's worker is just what it was told.
  func hasLeft(_ slot: Int) -> Bool {
    guard let worker = slots[slot].worker else { return true }
    return worker.isServing && worker.wasToldToLeave && worker.load.outstanding == 0
      && worker.failure == nil
  }

  /// A worker process is gone.
  /// - Parameters:
  ///   - begun: how many records it had begun, of those sent to it since it was forked.
  ///   - unsent: those of them that it had not sent on.
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
    // One that dies of the first record it is given has got somewhere: the record is answered.
    let hasSentNothing = left.isEmpty && !untouched.isEmpty
    let hasDoneNothing = hasSentNothing || begun == 0 && (!left.isEmpty || !ended.isServing)
    let wasInVain = ended.failure != nil || ended.load.answered == 0 && hasDoneNothing
    dispatcher.changeSlots { $0.vacate(slot, wasInVain: wasInVain, now: now) }
    let isHopeless = slots[slot].vainEnds >= WorkerSlot.mostVainEnds || ended.isHopeless
    if hasSentNothing, isHopeless {
      // What is at the head of them is all that there is to be charged.
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
      // Where slots are filled on demand, those that are empty would fare no better.
      if slots.areVacant, !rules.startsAll || slots.areRetired {
        run.giveUp(
          ended.failure ?? WorkerFailure("worker \(slot) ends before it is ready"), &dispatcher)
      }
    }
    forkFirst()
    run.closeIfDone(&dispatcher)
  }

  /// The run is to stop, by someone's wish.
  mutating func stop(_ manner: HaltRule.Manner) { run.stop(manner, &dispatcher) }

  /// The run is to end at once: what workers have begun is not finished.
  mutating func cutShort() { run.cutShort(&dispatcher) }

  /// Forgets what is in flight: workers are told to leave, and no answer is waited for.
  mutating func abandon() { run.abandon(&dispatcher) }

  /// Ends everything at once.
  mutating func abort() {
    for slot in slots.occupied { dispatcher.act(.kill(slot: slot)) }
    abandon()
  }
}
