import DequeModule
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
  }

  enum Action: Equatable {
    case fork(seat: Int)
    case send(seat: Int, batch: UInt64, records: Range<Int>, attempt: Int)
    /// The worker may be holding back answers, and can be given no more.
    case drain(seat: Int)
    case close(seat: Int)
    case kill(seat: Int)
    /// The parent itself answers these records with an exception.
    case except(batch: UInt64, records: Range<Int>, Cause)
    /// Every record of the batch has been answered.
    case complete(batch: UInt64)
    /// The run is over, and no worker is left.
    case finish
  }

  /// Why the parent answers a record itself.
  enum Cause: Equatable {
    /// The worker process died over it.
    case workerDied(seat: Int, ProcessEnd, lastWords: String, attempts: Int)
    /// No worker is left that could have tried it, and none can be started.
    case cannotStart(WorkerFailure)
  }

  /// What the pool would do with more input: give a worker up to `records` of them.
  struct Demand: Equatable {
    var seat: Int
    var records: Int
  }

  let rules: Rules
  private(set) var seats: [Seat]
  private var batches: [UInt64: Batch] = [:]
  private var requeued: Deque<Assignment> = []
  private var sizer: BatchSizer
  private var actions: [Action] = []

  private var heldBytes = 0
  private var inputHasEnded = false
  private(set) var hasStarted = false
  /// Why no worker can be started, once that is clear.
  private(set) var startFailure: WorkerFailure?
  private var isFinished = false

  private struct Batch {
    var ledger: AnswerLedger
    var attempt = 1
  }

  /// Times in a row a worker may end without having answered anything, before it is held to be
  /// hopeless.
  static let patience = 8

  init(_ rules: Rules) {
    self.rules = rules
    self.seats = Array(repeating: Seat(), count: rules.jobs)
    self.sizer = BatchSizer(fixed: rules.chunk)
    // One worker is started before there is input, so that one that cannot be started is noticed
    // before a record is taken.
    fork(0)
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
    sendRequeued(now)
    if !hasStarted, startFailure == nil, !inputHasEnded, !seats.contains(where: \.isOccupied),
      seats[0].canFork(now)
    {
      fork(0)
    }
    guard mayRead, hasStarted, !inputHasEnded, requeued.isEmpty, heldBytes < rules.window || heldBytes == 0,
      let seat = chooseSeat(now)
    else { return nil }
    let hungry = seats[seat].isHungry ? seats[seat].outstanding : 0
    return Demand(seat: seat, records: rules.chunk ?? max(sizer.records, hungry))
  }

  /// A batch was cut to meet a demand.
  mutating func take(batch: UInt64, records: Int, bytes: Int, for demand: Demand, now: Nanoseconds)
  {
    if !seats[demand.seat].isOccupied { fork(demand.seat) }
    batches[batch] = Batch(ledger: AnswerLedger(count: records))
    heldBytes += bytes
    send(Assignment(batch: batch, records: 0..<records), to: demand.seat, now)
  }

  /// The bytes of a batch are no longer in flight, nor waiting for their turn.
  mutating func release(bytes: Int) {
    heldBytes -= bytes
  }

  /// No more input will come: it is at its end, or the run is to stop. What is in flight is
  /// finished.
  mutating func endInput() {
    inputHasEnded = true
    closeIfDone()
  }

  // MARK: Workers

  mutating func workerIsReady(_ seat: Int) {
    hasStarted = true
    seats[seat].isReady = true
  }

  /// The worker says it has passed everything on and gets nothing back.
  mutating func workerIsHungry(_ seat: Int) {
    seats[seat].isHungry = true
    let count = seats[seat].assignments.count
    if count >= Seat.mostBatches { actions.append(.drain(seat: seat)) }
    // Batches grow with what the worker has; where their size is fixed, their number does.
    seats[seat].lookAhead = min(Seat.mostBatches, rules.chunk == nil ? count + 1 : 2 * count)
  }

  /// No more input can be read before some is answered: the workers that wait for more are told.
  mutating func inputIsBlocked() {
    for seat in seats.indices where seats[seat].isHungry {
      seats[seat].isHungry = false
      actions.append(.drain(seat: seat))
    }
  }

  /// As many bytes are in flight as may be.
  var isAtWindow: Bool { heldBytes >= rules.window }

  /// A worker cannot be set up, or cannot be forked; its end will follow.
  mutating func workerFailed(_ seat: Int, _ failure: WorkerFailure) {
    seats[seat].failure = failure
    if !hasStarted { giveUp(failure) }
  }

  /// What a worker has to say about its end, which will follow.
  mutating func workerSaid(_ seat: Int, _ text: String) {
    seats[seat].lastWords = text
  }

  /// A worker answered records. `false` where it had no business to.
  mutating func answered(
    _ seat: Int, batch: UInt64, records: Range<Int>, now: Nanoseconds
  ) -> Bool {
    guard seats[seat].holds(batch), batches[batch]?.ledger.mark(records) == true else {
      return false
    }
    sizer.learn(records: records.count, time: now &- seats[seat].lastAnswer)
    seats[seat].noteAnswers(records.count, now)
    completeIfDone(batch, seat)
    closeIfDone()
    return true
  }

  /// A worker process is gone.
  /// - Parameter begun: how many records it had begun, of those sent to it since it was forked.
  mutating func workerEnded(_ seat: Int, _ end: ProcessEnd, begun: UInt64, now: Nanoseconds) {
    let ended = seats[seat]
    seats[seat].vacate()
    let left = ended.assignments.flatMap { unanswered(in: $0) }
    let wasInVain = ended.answersSinceFork == 0 && (!left.isEmpty || !ended.isReady)
    if wasInVain || ended.failure != nil {
      seats[seat].deaths = ended.deaths + 1
      seats[seat].retryTime = now + Seat.backOff(after: seats[seat].deaths)
    }
    let isHopeless = seats[seat].deaths >= Self.patience
    if ended.failure != nil {
      requeued.insert(contentsOf: left, at: 0)
    } else {
      blame(left, of: ended, seat, end, begun: begun, isHopeless: isHopeless)
    }
    if isHopeless, ended.failure != nil || !ended.isReady {
      seats[seat].isRetired = true
      if !seats.contains(where: \.isOccupied) {
        giveUp(ended.failure ?? WorkerFailure("worker \(seat) ends before it is ready"))
      }
    }
    closeIfDone()
  }

  /// Ends everything at once, answering nothing more.
  mutating func abort() {
    inputHasEnded = true
    requeued.removeAll()
    batches.removeAll()
    for seat in seats.indices where seats[seat].isOccupied {
      seats[seat].assignments.removeAll()
      actions.append(.kill(seat: seat))
    }
    closeIfDone()
  }

  /// The next moment from which a worker may be started again that may not be started yet.
  func nextTimer(after now: Nanoseconds) -> Nanoseconds? {
    guard !requeued.isEmpty || !inputHasEnded else { return nil }
    return seats.lazy.filter { !$0.isOccupied && !$0.isRetired }.compactMap(\.retryTime)
      .filter { $0 > now }.min()
  }

  /// The worker that has the batch now, if any has.
  func holder(of batch: UInt64) -> Int? {
    seats.firstIndex { $0.holds(batch) }
  }

  // MARK: Decisions

  private mutating func fork(_ seat: Int) {
    seats[seat].occupy()
    actions.append(.fork(seat: seat))
  }

  /// The worker with least to do that can take more; a vacant seat, as long as all workers there
  /// are have something to do.
  private func chooseSeat(_ now: Nanoseconds) -> Int? {
    var best: Int?
    for index in seats.indices where seats[index].canTakeMore(concurrency: rules.concurrency) {
      if best.map({ seats[index].outstanding < seats[$0].outstanding }) ?? true { best = index }
      if seats[index].outstanding == 0 { return index }
    }
    return seats.indices.first { seats[$0].canFork(now) } ?? best
  }

  private mutating func send(_ assignment: Assignment, to seat: Int, _ now: Nanoseconds) {
    let attempt = batches[assignment.batch]?.attempt ?? 1
    seats[seat].assign(assignment, now)
    actions.append(
      .send(
        seat: seat, batch: assignment.batch, records: assignment.records, attempt: attempt))
  }

  private mutating func sendRequeued(_ now: Nanoseconds) {
    while !requeued.isEmpty, startFailure == nil, let seat = chooseSeat(now) {
      if !seats[seat].isOccupied { fork(seat) }
      send(requeued.removeFirst(), to: seat, now)
      // With the last of it handed out, nothing more may come.
      closeIfDone()
    }
  }

  private func unanswered(in assignment: Assignment) -> [Assignment] {
    let open = batches[assignment.batch]?.ledger.unanswered(in: assignment.records) ?? []
    return open.map {
      Assignment(
        batch: assignment.batch, records: $0,
        start: assignment.start + UInt64($0.lowerBound - assignment.records.lowerBound))
    }
  }

  /// Takes apart what a dead worker left: the records it is held responsible for are answered with
  /// an exception, the others go to another worker.
  private mutating func blame(
    _ left: [Assignment], of ended: Seat, _ seat: Int, _ end: ProcessEnd, begun: UInt64,
    isHopeless: Bool
  ) {
    var again: [Assignment] = []
    var mayBlame = true
    for assignment in left {
      let wasBegun =
        begun > assignment.start
        ? min(Int(begun - assignment.start), assignment.records.count) : 0
      var guilty: Int
      switch rules.blame {
      case .firstBegun: guilty = mayBlame ? min(1, wasBegun) : 0
      case .everyBegun: guilty = wasBegun
      }
      if mayBlame, guilty == 0, isHopeless { guilty = 1 }
      mayBlame = false
      let split = assignment.records.lowerBound + guilty
      if guilty > 0 {
        let cause = Cause.workerDied(
          seat: seat, end, lastWords: ended.lastWords,
          attempts: batches[assignment.batch]?.attempt ?? 1)
        except(assignment.batch, assignment.records.lowerBound..<split, cause)
      }
      if split < assignment.records.upperBound {
        again.append(
          Assignment(batch: assignment.batch, records: split..<assignment.records.upperBound))
        if wasBegun > guilty { batches[assignment.batch]?.attempt += 1 }
      }
    }
    requeued.insert(contentsOf: again, at: 0)
  }

  private mutating func except(_ batch: UInt64, _ records: Range<Int>, _ cause: Cause) {
    guard batches[batch]?.ledger.mark(records) == true else { return }
    actions.append(.except(batch: batch, records: records, cause))
    completeIfDone(batch, nil)
  }

  private mutating func completeIfDone(_ batch: UInt64, _ seat: Int?) {
    let isComplete = batches[batch]?.ledger.isComplete == true
    if let seat, isComplete || unansweredIsElsewhere(batch, seat) { seats[seat].drop(batch) }
    guard isComplete else { return }
    batches[batch] = nil
    actions.append(.complete(batch: batch))
  }

  /// Whether all that is left open of a batch belongs to other workers.
  private func unansweredIsElsewhere(_ batch: UInt64, _ seat: Int) -> Bool {
    guard let ledger = batches[batch]?.ledger else { return true }
    return seats[seat].assignments.lazy.filter { $0.batch == batch }.allSatisfy {
      $0.records.count < ledger.count && ledger.unanswered(in: $0.records).isEmpty
    }
  }

  /// No worker can be had: what was read is answered with that, and the rest is not read.
  private mutating func giveUp(_ failure: WorkerFailure) {
    guard startFailure == nil else { return }
    startFailure = failure
    inputHasEnded = true
    let cause = Cause.cannotStart(failure)
    for left in requeued { except(left.batch, left.records, cause) }
    requeued.removeAll()
    for seat in seats.indices {
      for left in seats[seat].assignments.flatMap({ unanswered(in: $0) }) {
        except(left.batch, left.records, cause)
      }
      seats[seat].assignments.removeAll()
      if seats[seat].isOccupied { actions.append(.kill(seat: seat)) }
    }
  }

  /// Once nothing is left to hand out, workers are told so: a command that holds its answers back
  /// gives them when its input ends. The run is over when the last worker has left.
  private mutating func closeIfDone() {
    guard inputHasEnded, requeued.isEmpty, !isFinished else { return }
    for seat in seats.indices where seats[seat].isOccupied && !seats[seat].isClosing {
      seats[seat].isClosing = true
      actions.append(.close(seat: seat))
    }
    if batches.isEmpty, !seats.contains(where: \.isOccupied) {
      isFinished = true
      actions.append(.finish)
    }
  }
}
