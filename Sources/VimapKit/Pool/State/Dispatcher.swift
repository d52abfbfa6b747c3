import DequeModule
import VimapSystem

/// Knows which worker has which records, and decides who gets the next ones.
struct Dispatcher {
  let rules: PoolState.Rules
  private(set) var slots: WorkerSlots
  private(set) var admission: Admission
  private(set) var retries: RetryQueue
  private(set) var sizer: BatchSizer
  private var open = OpenBatches()
  /// Records that are handed out ahead of new input.
  private var queue: Deque<Assignment> = []
  private var actions: [PoolState.Action] = []

  /// The most batches that may wait for the slots of their shards, times the number of slots.
  private static let mostBacklog = 32

  init(_ rules: PoolState.Rules, seed: UInt64) {
    self.rules = rules
    slots = WorkerSlots(rules)
    admission = Admission(rules)
    retries = RetryQueue(rules.retry, seed: seed)
    sizer = BatchSizer(fixed: rules.chunk)
  }

  mutating func act(_ action: PoolState.Action) { actions.append(action) }

  mutating func takeActions() -> [PoolState.Action] {
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  var isQueueEmpty: Bool { queue.isEmpty }
  /// Everything is answered, and no worker is left.
  var isDone: Bool { open.isEmpty && slots.areVacant }
  /// Records may have to be handed out later, even if there are none to hand out now.
  var awaitsRetries: Bool { !retries.isEmpty || (retries.isInUse && !open.isEmpty) }
  /// As much is in flight as may be.
  var isFull: Bool { admission.isFull || isBacklogFull }
  func unanswered(in assignment: Assignment) -> [Assignment] { open.unanswered(in: assignment) }

  /// So many batches wait for their slots that no more are read. A slow shard now delays the
  /// others.
  private var isBacklogFull: Bool {
    rules.hasShards && queue.count >= Self.mostBacklog * rules.jobs
  }
  /// Passes on a change: records read, answered or taken, or when tries may be started.
  mutating func account(_ change: (inout Admission) -> Void) { change(&admission) }

  // MARK: Handing out

  /// How much more input could be handed out, and which worker would get it.
  func demand(_ now: Nanoseconds) -> PoolState.Demand? {
    let credit = admission.isWindowOpen ? admission.credit : 0
    guard slots.hasStarted, credit > 0 else { return nil }
    if rules.hasShards {
      // The slot is known only when the batch has been read and its shard is known.
      let most = min(rules.chunk ?? sizer.records, credit)
      return isBacklogFull ? nil : PoolState.Demand(slot: 0, records: most)
    }
    guard queue.isEmpty, let slot = chooseSlot(now), case let most = most(for: slot, now), most > 0
    else { return nil }
    // A concurrent worker is given a sixteenth at a time, so that a few batches keep it full.
    let wanted = rules.chunk ?? max(sizer.records, slots[slot].shortfall, rules.concurrency / 16)
    return PoolState.Demand(slot: slot, records: min(wanted, credit, most))
  }

  /// Takes a batch that was cut to meet a demand. It is handed out now, unless it has to wait.
  mutating func take(
    _ batch: Assignment, bytes: Int, for demand: PoolState.Demand?, _ now: Nanoseconds
  ) {
    enter(batch, bytes: bytes)
    // The slot may have been retired since it was chosen.
    guard let demand, !rules.hasShards, !admission.countsCosts, !slots[demand.slot].isRetired else {
      queue.append(batch)
      return handOut(now)
    }
    if !slots[demand.slot].isOccupied { fork(demand.slot) }
    let (first, rest) = batch.split(at: slots.quota(of: demand.slot))
    if let rest { queue.append(rest) }
    send(first, to: demand.slot, now)
  }

  /// Counts a batch that was read, whatever becomes of it.
  mutating func enter(_ batch: Assignment, bytes: Int) {
    open.add(batch.batch, records: batch.records.count)
    admission.take(records: batch.records.count, bytes: bytes)
  }

  /// Puts records at the head of the queue.
  mutating func putFirst(_ assignments: [Assignment]) {
    queue.insert(contentsOf: assignments.filter { !$0.records.isEmpty }, at: 0)
  }

  /// Hands out what is queued. Records that are due for another try are queued behind it first.
  mutating func handOut(_ now: Nanoseconds) {
    queue.append(contentsOf: retries.takeDue(now))
    if rules.hasShards { handOutToShards(now) } else { handOutToAny(now) }
  }

  private mutating func handOutToAny(_ now: Nanoseconds) {
    // Retries are single records, so a fast worker may hold more of them than it may hold batches.
    while let next = queue.first,
      let slot = chooseSlot(
        now, lookAhead: next.isRetry ? min(Workload.mostBatches, sizer.records) : 0)
    {
      let most = most(for: slot, now, cost: next.cost)
      guard most > 0 else { return admission.noteHeldUp(cost: next.cost) }
      queue.removeFirst()
      if let rest = give(next, to: slot, most, now) { queue.prepend(rest) }
    }
  }

  /// Hands out the queue in order, to each slot as many batches of its shards as it can take.
  private mutating func handOutToShards(_ now: Nanoseconds) {
    if queue.isEmpty { return }
    var isOpen = slots.indices.map { canTakeShard($0, now) }
    guard isOpen.contains(true) else { return }
    var left: Deque<Assignment> = []
    /// A limit holds up all records now, whatever their shard.
    var isHeldUp = false
    for next in queue {
      let slot = slots.slot(ofShard: next.shard ?? 0)
      let most = isOpen[slot] && !isHeldUp ? most(for: slot, now, cost: next.cost) : 0
      guard most > 0 else {
        if isOpen[slot], !isHeldUp {
          isHeldUp = true
          admission.noteHeldUp(cost: next.cost)
        }
        left.append(next)
        continue
      }
      let rest = give(next, to: slot, most, now)
      // The rest of a batch goes to its slot before anything else.
      isOpen[slot] = rest == nil && canTakeShard(slot, now)
      if let rest { left.append(rest) }
    }
    queue = left
  }

  /// Gives the slot all it can hold: only it may have them, and most batches are of one record.
  private func canTakeShard(_ slot: Int, _ now: Nanoseconds) -> Bool {
    slots[slot].canFork(now)
      || slots.canTakeMore(slot, lookAhead: Workload.mostBatches, most: admission.mostAtOnce)
  }

  /// Gives a worker at most `most` of the records. Returns the rest.
  private mutating func give(
    _ assignment: Assignment, to slot: Int, _ most: Int, _ now: Nanoseconds
  ) -> Assignment? {
    if !slots[slot].isOccupied { fork(slot) }
    let (first, rest) = assignment.split(at: most)
    send(first, to: slot, now)
    return rest
  }

  private func chooseSlot(_ now: Nanoseconds, lookAhead: Int = 0) -> Int? {
    slots.choose(now, lookAhead: lookAhead, most: admission.mostAtOnce)
  }

  /// The number of records that the worker of a slot may be given now.
  private func most(for slot: Int, _ now: Nanoseconds, cost: Double = 0) -> Int {
    let quota = slots.quota(of: slot)
    guard admission.handsOutLittle else { return quota }
    return min(
      quota, admission.mostAtOnce - slots[slot].outstanding, admission.allowance(cost: cost, now))
  }

  private mutating func send(_ assignment: Assignment, to slot: Int, _ now: Nanoseconds) {
    slots.update(slot) { $0.load.add(assignment, now) }
    let (batch, records, attempt) = (assignment.batch, assignment.records, assignment.attempt)
    act(.send(slot: slot, batch: batch, records: records, attempt: attempt))
    admission.noteStart(assignment, now)
    if slots.quota(of: slot) <= 0 { close(slot) }
  }

  // MARK: Answers

  /// Which try of a record a worker is at.
  func attempt(at record: Int, of batch: UInt64, by slot: Int) -> Int? {
    slots.attempt(at: record, of: batch, in: slot)
  }

  /// Takes in that a worker has answered records. Returns `false` if they were not its to answer.
  mutating func answered(
    _ slot: Int, _ batch: UInt64, _ records: Range<Int>, _ now: Nanoseconds
  ) -> Bool {
    guard slots.holds(batch, in: slot), open.mark(batch, records) else { return false }
    admission.noteAnswered(records.count)
    sizer.learn(records: records.count, time: now &- slots.lastAnswer(in: slot))
    slots.noteAnswers(slot, records.count, now)
    dropDone(slot, batch)
    completeIfDone(batch)
    return true
  }

  /// Marks records that the pool answers itself. Returns `false` if they were answered before.
  mutating func markAnswered(_ batch: UInt64, _ records: Range<Int>) -> Bool {
    guard open.mark(batch, records) else { return false }
    admission.noteAnswered(records.count)
    return true
  }

  /// Drops the worker's assignments of a batch that are done: answered, or given to another worker.
  private mutating func dropDone(_ slot: Int, _ batch: UInt64) {
    let isDone = { [open] (given: Assignment) in given.batch == batch && open.isDone(given) }
    // A worker is changed only if it has to be: answers may come one by one.
    if slots.hasAssignment(in: slot, where: isDone) {
      slots.update(slot) { $0.load.drop(where: isDone) }
    }
  }

  mutating func completeIfDone(_ batch: UInt64) {
    if open.removeIfComplete(batch) { act(.complete(batch: batch)) }
  }

  /// Parks a record that failed in a way that may pass, unless it has had all its tries.
  mutating func retry(
    _ slot: Int, _ batch: UInt64, _ record: Int, pause: Nanoseconds?, wasSent: Bool,
    _ now: Nanoseconds
  ) -> RetryQueue.NextTry? {
    guard open.isOpen(record, of: batch),
      let failed = slots[slot].assignment(with: record, of: batch), retries.allows(failed)
    else { return nil }
    slots.giveBack(slot, record, of: batch, now)
    dropDone(slot, batch)
    return retries.park(
      failed.part(record..<(record + 1)), pause: pause, wasSent: wasSent, now: now)
  }

  /// Parks a record that its worker died of.
  mutating func park(_ failed: Assignment, _ now: Nanoseconds) -> RetryQueue.NextTry {
    retries.park(failed, pause: nil, wasSent: true, now: now)
  }

  mutating func fork(_ slot: Int) {
    slots.fork(slot)
    act(.fork(slot: slot))
  }

  /// Forks workers that have to be there from the start.
  mutating func forkFirst() { for slot in slots.forkFirst() { act(.fork(slot: slot)) } }

  /// Passes a change on to the slots: what became of a worker, or what it said.
  mutating func changeSlots(_ change: (inout WorkerSlots) -> Void) { change(&slots) }

  mutating func close(_ slot: Int) {
    slots.update(slot) { $0.close() }
    act(.close(slot: slot))
  }

  /// Tells a worker that gets no more for now to give the answers that it holds back.
  mutating func flush(_ slot: Int) {
    slots.update(slot) { $0.load.stopWanting() }
    act(.flush(slot: slot))
  }

  /// Flushes all workers that may hold answers back, once.
  mutating func flushAll() { for slot in slots.noteFlush() { act(.flush(slot: slot)) } }

  /// Tells a worker to begin nothing more, to say how many records it has begun, and to leave once
  /// these are answered.
  mutating func recall(_ slot: Int) {
    slots.update(slot) { $0.close() }
    act(.recall(slot: slot))
  }

  /// Kills a worker to end the run, unless that was done before.
  mutating func cutOff(_ slot: Int) {
    if slots[slot].worker?.fate == .cutOff { return }
    slots.update(slot) { $0.cutOff() }
    act(.kill(slot: slot))
  }

  /// Takes back the records that a leaving worker has not begun. They go to the head of the queue.
  mutating func takeBack(_ slot: Int, begun: UInt64) {
    let back = slots.close(slot, after: begun)
    let left = back.flatMap { open.unanswered(in: $0) }
    slots.update(slot) { $0.load.forget(left.reduce(0) { $0 + $1.records.count }) }
    for batch in Set(back.map(\.batch)) { dropDone(slot, batch) }
    putFirst(left)
  }

  /// Empties the queue and the retry queue. Records that have failed before are returned apart.
  mutating func takeQueued() -> (untried: [Assignment], parked: [Assignment]) {
    defer { queue.removeAll() }
    return (queue.filter { !$0.isRetry }, queue.filter(\.isRetry) + retries.takeAll())
  }

  /// Forgets everything in flight, since nobody waits for it any more.
  mutating func forget() {
    _ = takeQueued()
    open.removeAll()
    admission.forgetInFlight()
    for slot in slots.occupied { slots.update(slot) { $0.load.dropAll() } }
  }
}
