import VimapSystem

@testable import VimapKit

/// A ``PoolState`` in a world of decisions: input, workers, a reader and time, as ``PoolDriver``
/// has them, and the books that tell what goes against the rules.
struct SimulatedPool {
  var state: PoolState
  var books: PoolBooks
  var workers: [SimulatedWorker?]
  /// What the pool would read, if there were something.
  var wanted: PoolState.Demand?
  var now: Nanoseconds = 0
  /// For when the state was last asked what it wants.
  var asked: Nanoseconds = 0
  /// Events the state was told of.
  private(set) var events = 0

  let sabotage: Sabotage
  var reorderBuffer: ReorderBuffer<SimulatedPiece>?
  private var lastEmitted: SimulatedPiece?
  private var inputHasEnded = false
  /// So many forks fail from now on.
  var failingForks = 0
  /// Seats whose fork has failed: what was decided before that was known is for nobody.
  var justFailed: Set<Int> = []

  init(_ setup: Setup, sabotage: Sabotage = .none) {
    var rules = setup.rules
    sabotage.rules(&rules)
    state = PoolState(rules, seed: setup.seed)
    books = PoolBooks(setup.rules)
    workers = Array(repeating: nil, count: rules.jobs)
    reorderBuffer = setup.keepsOrder ? ReorderBuffer(first: 0) : nil
    self.sabotage = sabotage
    attend()
  }

  var rules: PoolState.Rules { books.rules }
  var isFinished: Bool { books.isFinished }
  /// It is not over, and nothing has gone wrong.
  var goesOn: Bool { !isFinished && books.violations.isEmpty }

  /// Time as the state is told it.
  var clock: Nanoseconds { sabotage.clock(now) }

  // MARK: What happens

  /// Something happens, if it can, and what the pool decides on it is done.
  mutating func happen(_ decision: Decision) {
    now += .milliseconds(1) / 4
    events += 1
    switch decision {
    case .read(let records, let shard, let cost): read(records, shard, cost)
    case .reject: reject()
    case .endInput: endInput()
    case .blocked: state.inputIsBlocked()
    case .take(let count): take(count)
    case .pause(let length): pause(length)
    case .wait: wait()
    case .forksFail(let count): failingForks = count
    case .stop(let manner):
      inputHasEnded = true
      books.stop()
      state.stop(manner)
    case .abort:
      forget()
      state.abort()
    case .abandon:
      forget()
      state.abandon()
    case .ready(let slot), .breaks(let slot), .wantsMore(let slot), .holdsBack(let slot),
      .late(let slot), .hear(let slot), .leave(let slot), .answer(let slot, _, _),
      .fail(let slot, _, _), .retire(let slot, _), .die(let slot, _):
      if slot < workers.count, let worker = workers[slot] { happen(decision, to: worker, in: slot) }
    }
    attend()
  }

  private mutating func happen(_ decision: Decision, to worker: SimulatedWorker, in slot: Int) {
    switch decision {
    case .ready where !worker.isReady && !worker.isDoomed:
      workers[slot]?.isReady = true
      state.workerIsReady(slot)
    case .breaks where !worker.isDoomed:
      workers[slot]?.isDoomed = true
      workers[slot]?.hasFailed = true
      state.workerFailed(slot, WorkerFailure("no such command"))
    case .wantsMore where worker.isReady && !worker.isDoomed && !worker.work.isEmpty:
      workers[slot]?.saidHungry = true
      state.workerWantsMore(slot)
    case .holdsBack: workers[slot]?.holdsBack = true
    case .late where worker.isReady && !worker.isDoomed && !worker.work.isEmpty:
      var worker = worker
      worker.begin(1)
      worker.wasLate = true
      workers[slot] = worker
      state.workerIsLate(slot, begun: worker.begun)
    case .retire(_, let count) where worker.isReady && worker.retirement == .none:
      workers[slot]?.retire(keeping: count)
    case .hear where worker.retirement == .unheard:
      books.see("retirement")
      workers[slot]?.retirement = .heard
      state.workerRetires(slot, begun: worker.begun)
    case .leave where worker.isClosing || worker.retirement == .heard:
      guard worker.work.isEmpty else { break }
      if worker.wasLate, !worker.isDoomed { books.complain("late, and not killed") }
      end(slot, .exited(status: 0))
    case .die(_, let count):
      let most = worker.isReady ? min(count, rules.concurrency) : 0
      workers[slot]?.begin(most)
      end(slot, worker.hasFailed ? .exited(status: 1) : .killed(signal: 9))
    case .answer(_, let skip, let count) where worker.isReady && !worker.hasFailed:
      answer(slot, skip, count)
    case .fail(_, let skip, let pause) where worker.isReady && !worker.hasFailed:
      fail(slot, skip, pause)
    default: break
    }
  }

  private mutating func answer(_ slot: Int, _ skip: Int, _ count: Int) {
    let items = workers[slot]?.finish(skip: skip, count: count) ?? []
    guard let first = items.first else { return }
    answered(slot, first.batch, first.record..<(first.record + items.count))
  }

  private mutating func answered(
    _ slot: Int, _ batch: UInt64, _ records: Range<Int>, failed: Bool = false
  ) {
    if state.answered(slot, batch: batch, records: records, failed: failed, now: clock) {
      if failed { books.failed += records.count }
      answer(batch, records)
    } else {
      // One that has no business to answer is killed.
      workers[slot]?.isDoomed = true
      if !books.isAbandoned, state.phase.failure == nil { books.complain("answer refused") }
    }
  }

  private mutating func fail(_ slot: Int, _ skip: Int, _ pause: Nanoseconds?) {
    guard let item = workers[slot]?.finish(skip: skip, count: 1).first else { return }
    if state.retry(slot, batch: item.batch, record: item.record, pause: pause, now: clock) != nil {
      books.hold(item.batch, item.record, until: now + (pause ?? 0))
    } else {
      answered(slot, item.batch, item.record..<(item.record + 1), failed: true)
    }
  }

  private mutating func end(_ slot: Int, _ end: ProcessEnd) {
    guard let worker = workers[slot] else { return }
    workers[slot] = nil
    books.end(
      slot, begun: worker.unfinished, wasLate: worker.wasLate, hasFailed: worker.hasFailed)
    state.workerEnded(slot, end, begun: worker.begun, now: clock)
  }

  // MARK: Input and results

  private mutating func read(_ records: Int, _ shard: Int, _ cost: Double) {
    guard let demand = wanted, !inputHasEnded else { return }
    let most = rules.budget == nil ? min(records, demand.records) : 1
    let count = max(1, most)
    let batch = books.nextBatch
    let shard = rules.hasShards ? shard : nil
    let bytes = books.take(records: count, shard: shard, cost: cost)
    reorderBuffer?.expect(batch: batch, records: count)
    state.take(
      batch: batch, records: count, bytes: bytes, shard: sabotage.shard(shard, batch), cost: cost,
      for: demand, now: clock)
  }

  private mutating func reject() {
    guard wanted != nil, !inputHasEnded else { return }
    let batch = books.nextBatch
    books.reject()
    state.takeAnswered(1)
    reorderBuffer?.expect(batch: batch, records: 1)
    pass(batch, 0..<1)
  }

  private mutating func endInput() {
    if inputHasEnded { return }
    inputHasEnded = true
    state.endInput()
  }

  private mutating func take(_ most: Int) {
    let count = books.handOut(most)
    if count > 0 { state.release(records: count) }
  }

  private mutating func pause(_ length: Nanoseconds) {
    books.pause(until: now + length)
    if !sabotage.ignoresPauses { state.pause(until: sabotage.clock(books.pauseEnd)) }
  }

  private mutating func wait() {
    if let timer = state.nextTimer(after: asked), timer > now { now = timer }
  }

  private mutating func forget() {
    books.isAbandoned = true
    inputHasEnded = true
  }

  mutating func answer(_ batch: UInt64, _ records: Range<Int>) {
    books.answer(batch, records)
    pass(batch, records)
  }

  /// Results go on to the reader, in order where that is to be kept.
  mutating func pass(_ batch: UInt64, _ records: Range<Int>) {
    guard reorderBuffer != nil else { return }
    let piece = SimulatedPiece(batch: batch, records: records)
    var emitted: [SimulatedPiece] = []
    var finished: [UInt64] = []
    if sabotage.ignoresOrder {
      emitted = [piece]
    } else {
      reorderBuffer?.add(
        batch: batch, records: records, piece,
        emit: { emitted.append($0) }, finished: { finished.append($0) })
    }
    for piece in emitted {
      if let last = lastEmitted, !piece.follows(last) { books.complain("results out of order") }
      lastEmitted = piece
    }
    for batch in finished { release(batch) }
  }

  mutating func release(_ batch: UInt64) { state.release(bytes: books.release(batch)) }
}

/// Results of some records.
struct SimulatedPiece: Equatable {
  var batch: UInt64
  var records: Range<Int>

  func follows(_ other: SimulatedPiece) -> Bool {
    (batch, records.lowerBound) > (other.batch, other.records.lowerBound)
  }
}
