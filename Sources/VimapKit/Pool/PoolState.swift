import DequeModule
import HeapModule
import VimapBytes
import VimapSystem

/// What a pool does, as a pure state machine: events go in, actions come out.
///
/// It knows which worker holds which records, and decides who gets the next ones, what a death
/// means, and when the run is over. It has no descriptor and no clock; ``PoolDriver`` feeds it and
/// carries its actions out.
struct PoolState {
  struct Rules {
    var jobs: Int
    /// A fixed batch size, or `nil` to let it adapt.
    var chunk: Int?
    /// Records a worker can work on at once.
    var concurrency = 1
    /// Most bytes of input in flight or waiting for their turn.
    var window: Int
    var blame = DeathBlame.firstBegun
    /// Whether all workers are started at once, or as there is work for them.
    var startsAll = false
    /// Most workers that are being forked at once, of those that are there from the start.
    var mostForksUnderWay = 32

    /// How many workers are there from the start. One at least is started before there is input, so
    /// that one that cannot be started is noticed before a record is taken.
    var startsAtOnce: Int { startsAll ? jobs : 1 }
    /// Most records with workers, or on their way to one.
    var mostInFlight: Int?
    /// Most records taken from the input whose results are not yet with whoever wants them.
    var mostUnfinished: Int?
    /// Which records that failed are tried again, and when.
    var retry = RetryRule()
    /// Most tries started, over all workers.
    var rate: FlowLimit?
    /// Most that the records started may cost; each batch is then a single record.
    var budget: FlowLimit?
    /// Records a worker is given before another takes its place.
    var recycleAfter: Int?
    /// Each batch is of a shard, and a shard's batches go to one seat, in order.
    var hasShards = false
    /// When failures stop the run.
    var halt: HaltRule?
    /// A worker is given no more records than it can work on at once.
    var handsOutSingly = false
  }

  enum Action: Equatable {
    case fork(seat: Int)
    case send(seat: Int, batch: UInt64, records: Range<Int>, attempt: Int)
    /// The worker may be holding back answers, and can be given no more.
    case drain(seat: Int)
    case close(seat: Int)
    /// The worker is to begin no more, to say how many it has begun, and to leave after those.
    case recall(seat: Int)
    case kill(seat: Int)
    /// The parent itself answers these records with an exception.
    case except(batch: UInt64, records: Range<Int>, Cause)
    /// A record failed with this, and waits for another try.
    case hold(batch: UInt64, record: Int, Cause)
    /// A record that has waited is tried no more, and answered with what it failed with.
    case answerHeld(batch: UInt64, record: Int)
    /// Every record of the batch has been answered.
    case complete(batch: UInt64)
    /// There were so many failures that the run is stopped.
    case halted(HaltPoint)
    /// The run is over, and no worker is left.
    case finish
  }

  /// Why the parent answers a record itself.
  enum Cause: Equatable {
    /// The worker process died over it.
    case workerDied(seat: Int, ProcessEnd, lastWords: String, attempts: Int)
    /// The worker took longer over it than is allowed.
    case timedOut(seat: Int, attempts: Int)
    /// No worker is left that could have tried it, and none can be started.
    case cannotStart(WorkerFailure)
    /// The run was stopped before the record was tried, or tried again, or in the middle of it.
    case cancelled(attempts: Int, wasBegun: Bool, wasSent: Bool)
    /// It had an output, of which nobody knows any more whether it is its own.
    case unpaired
  }

  /// What the pool would do with more input: give a worker up to `records` of them.
  struct Demand: Equatable {
    var seat: Int
    var records: Int
  }

  let rules: Rules
  var seats: [Seat]
  var ledgers: [UInt64: AnswerLedger] = [:]
  var requeued: Deque<Assignment> = []
  /// Records that wait for their next try.
  var waiting: Heap<WaitingTry> = []
  var waitCount: UInt64 = 0
  /// The one that began to wait last.
  var latestWait: WaitingTry?
  var random: SeededRandom
  var rate: Pace?
  var budget: Pace?
  /// Until when no server takes anything.
  var pauseEnd: Nanoseconds?
  /// What the record costs that was last held up.
  var costAwaited = 0.0
  var sizer: BatchSizer
  var actions: [Action] = []

  private var heldBytes = 0
  /// Records with workers, or on their way to one.
  var inFlight = 0
  /// Records taken from the input whose results are not yet with whoever wants them.
  private(set) var unfinished = 0
  var inputHasEnded = false
  /// The run is to stop before its end.
  var isStopping = false
  /// Records that have their final answers, and those among them that failed.
  var finished = 0
  var failed = 0
  /// Tries that are over.
  var tries = TryTally()
  private(set) var hasStarted = false
  /// Workers that are being forked.
  var forksUnderWay = 0
  /// The first seat of those occupied from the start that has not been yet.
  var nextToStart = 0
  /// Why no worker can be started, once that is clear.
  var startFailure: WorkerFailure?
  var isFinished = false
  /// Commands of workers that came to their end without an answer, as long as there is no output.
  var vainCommands = 0

  /// Times in a row a worker may end without having answered anything, before it is held to be
  /// hopeless.
  static let patience = 8

  /// - Parameter seed: what chance is left to hangs on it.
  init(_ rules: Rules, seed: UInt64 = 0) {
    self.rules = rules
    random = SeededRandom(seed: seed)
    rate = rules.rate.map { Pace($0) }
    budget = rules.budget.map { Pace($0) }
    self.seats = Array(repeating: Seat(), count: rules.jobs)
    self.sizer = BatchSizer(fixed: rules.chunk)
    startMore()
  }

  /// The actions decided on since the last call, to be carried out in order.
  mutating func takeActions() -> [Action] {
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  // MARK: Input

  /// What to cut from the input next, if the pool can use more. What a dead worker left is handed
  /// out first, whether or not anything may be read.
  mutating func demand(now: Nanoseconds, mayRead: Bool = true) -> Demand? {
    takeDue(now)
    if rules.hasShards { sendToShards(now) } else { sendRequeued(now) }
    if !hasStarted, startFailure == nil, !inputHasEnded, !seats.contains(where: \.isOccupied),
      let seat = seats.indices.first(where: { seats[$0].canFork(now) })
    {
      fork(seat)
    }
    guard mayRead, hasStarted, !inputHasEnded, heldBytes < rules.window || heldBytes == 0, room > 0
    else { return nil }
    if rules.hasShards {
      // Whose it is shows when it is there.
      return isBacklogFull
        ? nil : Demand(seat: 0, records: min(rules.chunk ?? sizer.records, room))
    }
    guard requeued.isEmpty, let seat = chooseSeat(now) else { return nil }
    let most = most(for: seat, now)
    guard most > 0 else { return nil }
    // A worker that is concurrent is to have as many as it can take in a part of its batches.
    let wanted = rules.chunk ?? max(sizer.records, seats[seat].shortfall, rules.concurrency / 16)
    return Demand(seat: seat, records: min(wanted, room, most))
  }

  /// How many more records may be taken from the input.
  private var room: Int {
    min(
      rules.mostInFlight.map { $0 - inFlight } ?? .max,
      rules.mostUnfinished.map { $0 - unfinished } ?? .max)
  }

  /// How many records are handed out at once.
  var batchSize: Int { sizer.records }

  /// How many more records the worker of a seat may be given before it is replaced.
  func quota(of seat: Int) -> Int {
    rules.recycleAfter.map { $0 - Int(seats[seat].sent) } ?? .max
  }

  /// A batch was cut to meet a demand.
  /// - Parameters:
  ///   - shard: the shard of its records, where there are shards.
  ///   - cost: what its record costs, where there is a budget.
  mutating func take(
    batch: UInt64, records: Int, bytes: Int, shard: Int? = nil, cost: Double = 0,
    for demand: Demand, now: Nanoseconds
  ) {
    ledgers[batch] = AnswerLedger(count: records)
    heldBytes += bytes
    inFlight += records
    unfinished += records
    let whole = Assignment(batch: batch, records: 0..<records, shard: shard, cost: cost)
    if isStopping {
      requeued.append(whole)
      return cancelRequeued()
    }
    if rules.hasShards {
      requeued.append(whole)
      return sendToShards(now)
    }
    if budget != nil {
      requeued.append(whole)
      return sendRequeued(now)
    }
    if !seats[demand.seat].isOccupied { fork(demand.seat) }
    let (first, rest) = whole.split(at: quota(of: demand.seat))
    if let rest { requeued.append(rest) }
    send(first, to: demand.seat, now)
  }

  /// So many bytes more are in flight.
  mutating func hold(bytes: Int) { heldBytes += bytes }

  /// The bytes of a batch are no longer in flight, nor waiting for their turn.
  mutating func release(bytes: Int) {
    heldBytes -= bytes
  }

  /// Records were taken from the input that need no worker: each is an exception.
  mutating func takeAnswered(_ records: Int) {
    unfinished += records
    noteFinished(records, failed: true)
  }

  /// The results of some records are with whoever wanted them.
  mutating func release(records: Int) { unfinished -= records }

  /// No more input will come: it is at its end, or the run is to stop. What is in flight is
  /// finished.
  mutating func endInput() {
    inputHasEnded = true
    closeIfDone()
  }

  // MARK: Workers

  /// The worker's process is there.
  mutating func workerIsForked(_ seat: Int) {
    noteForked(seat)
    startMore()
  }

  mutating func workerIsReady(_ seat: Int) {
    workerIsForked(seat)
    hasStarted = true
    seats[seat].isReady = true
    seats[seat].hasServed = true
  }

  /// The worker says it has passed everything on and gets nothing back.
  mutating func workerIsHungry(_ seat: Int) {
    seats[seat].beHungry()
    let count = seats[seat].assignments.count
    if count >= Seat.mostBatches || isPaced || rules.handsOutSingly {
      actions.append(.drain(seat: seat))
    }
    // It may be needed for another try, but first it has to let go of what it has.
    if inputHasEnded, requeued.isEmpty, !seats[seat].isClosing {
      rules.concurrency > 1 ? close(seat) : actions.append(.drain(seat: seat))
    }
  }

  /// No more input can be read before some is answered: the workers that wait for more are told.
  mutating func inputIsBlocked() {
    for seat in seats.indices where seats[seat].isHungry {
      seats[seat].isHungry = false
      actions.append(.drain(seat: seat))
    }
  }

  /// As much is in flight as may be.
  var isFull: Bool { heldBytes >= rules.window || room <= 0 || isBacklogFull }

  /// A worker cannot be set up, or cannot be forked; its end will follow.
  mutating func workerFailed(_ seat: Int, _ failure: WorkerFailure) {
    seats[seat].failure = failure
    if rules.startsAll {
      seats[seat].isHopeless = !seats[seat].hasServed
    } else if !hasStarted {
      giveUp(failure)
    }
  }

  /// A worker will leave once it has answered the first `begun` of the records sent to it. The
  /// others go to other workers.
  mutating func workerRetires(_ seat: Int, begun: UInt64) {
    guard seats[seat].isOccupied else { return }
    seats[seat].isClosing = true
    seats[seat].isHungry = false
    let back = seats[seat].takeBack(after: begun)
    let left = back.flatMap { unanswered(in: $0) }
    seats[seat].forget(left.reduce(0) { $0 + $1.records.count })
    for batch in Set(back.map(\.batch)) { dropIfDone(batch, seat) }
    requeued.insert(contentsOf: left, at: 0)
    cancelRequeued()
  }

  /// What a worker has to say about its end, which will follow.
  mutating func workerSaid(_ seat: Int, _ text: String) {
    seats[seat].lastWords = text
  }

  /// A worker answered records, with outputs or an exception. `false` where it had no business to.
  /// - Parameter wasTried: not where they are such that it could not.
  mutating func answered(
    _ seat: Int, batch: UInt64, records: Range<Int>, failed: Bool = false, wasTried: Bool = true,
    now: Nanoseconds
  ) -> Bool {
    guard seats[seat].holds(batch), ledgers[batch]?.mark(records) == true else { return false }
    if wasTried { noteTries(seat, batch, records) }
    inFlight -= records.count
    sizer.learn(records: records.count, time: now &- seats[seat].lastAnswer)
    seats[seat].noteAnswers(records.count, now)
    completeIfDone(batch, seat)
    noteFinished(records.count, failed: failed)
    closeIfDone()
    return true
  }

  /// The next moment, after that for which ``demand(now:mayRead:)`` was asked last, at which it
  /// will find more to do: a worker may be started again, or a record tried again.
  func nextTimer(after now: Nanoseconds) -> Nanoseconds? {
    [nextStart(after: now), waiting.min?.due, nextTurn(after: now)].compactMap(\.self).min()
  }

  private func nextStart(after now: Nanoseconds) -> Nanoseconds? {
    guard !requeued.isEmpty || !inputHasEnded else { return nil }
    var next: Nanoseconds?
    for seat in seats.indices where !seats[seat].isOccupied {
      if let time = seats[seat].retryTime, time > now { next = min(time, next ?? time) }
    }
    return next
  }

  /// The worker that has the batch now, if any has.
  func holder(of batch: UInt64) -> Int? {
    seats.firstIndex { $0.holds(batch) }
  }
}
