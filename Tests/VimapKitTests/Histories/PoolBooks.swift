import VimapSystem

@testable import VimapKit

/// The books of a simulated pool: what was taken, sent and answered, and what of it went against
/// the rules.
struct PoolBooks {
  private struct Record {
    var isAnswered = false
    var wasSent = false
    /// How often it failed and was to be tried again.
    var failures = 0
    /// It waits for another try, which may not begin before this.
    var heldUntil: Nanoseconds?
    /// It may have had an effect, and is not to be tried without being asked for.
    var isSpent = false
  }

  private struct Batch {
    var bytes: Int
    var shard: Int?
    var cost: Double
    var records: [Record]
    var isComplete = false
  }

  let rules: PoolState.Rules
  private var batches: [Batch] = []
  private(set) var violations: [String] = []
  /// What has happened, by name.
  private(set) var seen: Set<String> = []

  private(set) var bytesHeld = 0
  private(set) var inFlight = 0
  private(set) var unfinished = 0
  /// Records answered, and not yet handed to whoever wants them.
  private(set) var waitingForReader = 0
  private(set) var isFinished = false
  /// What is in flight is wanted no more.
  var isAbandoned = false
  /// A record may be answered that waits for another try.
  var mayGiveUp = false
  /// The run is to end before its input does.
  private(set) var isStopped = false
  /// Records whose final answer is a failure.
  var failed = 0

  /// Until when no server takes anything.
  private(set) var pauseEnd: Nanoseconds = 0

  /// What was started within the last unit of a limit.
  private var lastStarts = Recent()
  private var lastCosts = Recent()
  /// The last record sent for the first time, and answered, of each shard.
  private var lastSent: [Int: (UInt64, Int)] = [:]
  private var lastAnswered: [Int: (UInt64, Int)] = [:]
  /// By slot, what the last worker there had begun and not answered, and what became of it.
  private var ends: [Int: (begun: [SimulatedWorker.Item], wasLate: Bool, blamed: Int)] = [:]

  init(_ rules: PoolState.Rules) { self.rules = rules }

  var nextBatch: UInt64 { UInt64(batches.count) }

  mutating func complain(_ text: String) { violations.append(text) }

  mutating func see(_ name: String) { seen.insert(name) }

  func size(of batch: UInt64) -> Int { batches[Int(batch)].records.count }

  private func isKnown(_ batch: UInt64, _ records: Range<Int>) -> Bool {
    Int(batch) < batches.count && records.upperBound <= batches[Int(batch)].records.count
  }

  /// Tries are started one after the other, by the clock.
  private var isPaced: Bool { rules.rate != nil || rules.budget != nil }

  /// All servers ask not to be sent to before that.
  mutating func pause(until end: Nanoseconds) {
    if isPaced { see("pause") }
    pauseEnd = max(pauseEnd, end)
  }

  // MARK: Taken

  /// The bytes of each record.
  static let recordSize = 10

  mutating func take(records: Int, shard: Int?, cost: Double) -> Int {
    let bytes = records * Self.recordSize
    if bytesHeld >= rules.window, bytesHeld > 0 { complain("read past the window") }
    batches.append(
      Batch(
        bytes: bytes, shard: shard, cost: cost,
        records: Array(repeating: Record(), count: records)))
    bytesHeld += bytes
    inFlight += records
    unfinished += records
    if inFlight > rules.mostInFlight ?? .max { complain("\(inFlight) in flight") }
    if unfinished > rules.mostUnfinished ?? .max { complain("\(unfinished) unfinished") }
    return bytes
  }

  mutating func reject() {
    failed += 1
    unfinished += 1
    waitingForReader += 1
    batches.append(
      Batch(
        bytes: 0, shard: nil, cost: 0, records: [Record(isAnswered: true)], isComplete: true))
  }

  /// The bytes of a batch are no longer in flight.
  mutating func release(_ batch: UInt64) -> Int {
    bytesHeld -= batches[Int(batch)].bytes
    return batches[Int(batch)].bytes
  }

  /// So many results are handed out, if there are as many.
  mutating func handOut(_ most: Int) -> Int {
    let count = min(most, waitingForReader)
    waitingForReader -= count
    unfinished -= count
    return count
  }

  // MARK: Sent

  mutating func send(
    _ batch: UInt64, _ records: Range<Int>, to slot: Int, isRetired: Bool, now: Nanoseconds
  ) {
    guard isKnown(batch, records) else { return complain("sent what was not read") }
    if isStopped { complain("sent, though the run is stopped") }
    if isPaced, now < pauseEnd { complain("sent, though no server takes anything") }
    let whole = batches[Int(batch)]
    if let shard = whole.shard, shard % rules.jobs != slot, !isRetired {
      complain("not the slot of its shard")
    }
    for record in records {
      let one = whole.records[record]
      if one.isAnswered { complain("sent, though answered") }
      if one.isSpent { complain("sent again, though it may have had an effect") }
      if let time = one.heldUntil, now < time { complain("tried too early") }
      if !one.wasSent { keepOrder(of: whole.shard, batch, record, in: \.lastSent, "sent") }
      batches[Int(batch)].records[record].heldUntil = nil
      batches[Int(batch)].records[record].wasSent = true
    }
    if let limit = rules.rate, lastStarts.add(Double(records.count), now, limit) {
      complain("faster than the rate")
    }
    if let limit = rules.budget, lastCosts.add(whole.cost * Double(records.count), now, limit) {
      complain("more than the budget")
    }
  }

  private mutating func keepOrder(
    of shard: Int?, _ batch: UInt64, _ record: Int,
    in last: WritableKeyPath<PoolBooks, [Int: (UInt64, Int)]>, _ word: String
  ) {
    guard let shard else { return }
    if let before = self[keyPath: last][shard], (batch, record) <= before {
      complain("\(word) out of its shard's order")
    }
    self[keyPath: last][shard] = (batch, record)
  }

  // MARK: Answered

  mutating func answer(_ batch: UInt64, _ records: Range<Int>) {
    guard isKnown(batch, records) else { return complain("answered what was not read") }
    for record in records {
      if batches[Int(batch)].records[record].isAnswered { complain("answered twice") }
      batches[Int(batch)].records[record].isAnswered = true
      // One that waits to be tried again lets those behind it go first, and what is cancelled does
      // not wait for what is finished.
      if rules.concurrency == 1, rules.retry.retries == 0, !isStopped {
        keepOrder(of: batches[Int(batch)].shard, batch, record, in: \.lastAnswered, "answered")
      }
    }
    inFlight -= records.count
    waitingForReader += records.count
  }

  /// A worker is gone that had begun these records.
  mutating func end(_ slot: Int, begun: [SimulatedWorker.Item], wasLate: Bool, hasFailed: Bool) {
    ends[slot] = (begun, wasLate, 0)
    guard rules.attribution == .everyBegun, !hasFailed, !isAbandoned else { return }
    for item in begun { batches[Int(item.batch)].records[item.record].isSpent = true }
  }

  /// The pool blames records for the end of their worker.
  mutating func attribution(
    _ batch: UInt64, _ records: Range<Int>, _ cause: PoolState.Cause, isHopeless: Bool
  ) {
    switch cause {
    case .workerDied(let slot, _, _, _): attribution(batch, records, slot, isHopeless)
    case .timedOut(let slot, _):
      if ends[slot]?.wasLate != true { complain("timed out, though it was not late") }
      attribution(batch, records, slot, isHopeless)
    case .cannotStart:
      if !mayGiveUp { complain("given up, though workers can be started") }
    case .cancelled:
      if !isStopped { complain("cancelled, though the run goes on") }
    case .unpaired: complain("unpaired, of which only the driver knows")
    }
  }

  private mutating func attribution(
    _ batch: UInt64, _ records: Range<Int>, _ slot: Int, _ isHopeless: Bool
  ) {
    guard var end = ends[slot] else { return complain("blamed for no death") }
    for record in records where !isHopeless {
      if !end.begun.contains(where: { $0.batch == batch && $0.record == record }) {
        complain("blamed, though not begun")
      }
    }
    end.blamed += records.count
    ends[slot] = end
    if rules.attribution == .firstBegun, end.blamed > 1 { complain("one death charged twice") }
  }

  // MARK: Tried again

  mutating func hold(_ batch: UInt64, _ record: Int, until time: Nanoseconds) {
    guard isKnown(batch, record..<(record + 1)) else { return complain("held, though not read") }
    var held = batches[Int(batch)].records[record]
    held.heldUntil = time
    held.failures += 1
    held.isSpent = false
    if held.failures > rules.retry.retries { complain("tried too often") }
    batches[Int(batch)].records[record] = held
  }

  mutating func answerHeld(_ batch: UInt64, _ record: Int) {
    guard isKnown(batch, record..<(record + 1)) else { return complain("not read") }
    if batches[Int(batch)].records[record].failures == 0 {
      complain("answered with a failure it has not had")
    }
    if !mayGiveUp { complain("tried no more, without a reason") }
    failed += 1
    answer(batch, record..<(record + 1))
  }

  // MARK: Stopped

  mutating func stop() {
    isStopped = true
    mayGiveUp = true
  }

  /// The pool stops the run because of failures.
  mutating func halt(at point: HaltPoint) {
    if isStopped { complain("halted, though stopped before") }
    if point.failed != failed, !isAbandoned { complain("halted at a wrong number of failures") }
    stop()
  }

  // MARK: The end

  mutating func complete(_ batch: UInt64) {
    guard isKnown(batch, 0..<0) else { return complain("complete, though not read") }
    if batches[Int(batch)].isComplete { complain("complete twice") }
    batches[Int(batch)].isComplete = true
    if batches[Int(batch)].records.contains(where: { !$0.isAnswered }) {
      complain("complete, though not answered")
    }
  }

  mutating func finish() {
    if isFinished { complain("finished twice") }
    isFinished = true
    guard !isAbandoned else { return }
    let records = batches.lazy.flatMap(\.records)
    let missing = records.count { !$0.isAnswered }
    if missing > 0 { complain("\(missing) of \(records.count) records have no answer") }
    if batches.contains(where: { !$0.isComplete }) { complain("a batch is not complete") }
    if !mayGiveUp, case .records(let most) = rules.halt?.limit, failed >= most {
      complain("\(failed) records failed, and the run was not halted")
    }
  }
}

/// What there was of something within the last unit of a limit.
private struct Recent {
  private var entries: [(time: Nanoseconds, amount: Double)] = []
  private var first = 0
  private var sum = 0.0

  /// Adds to it, and says whether it is too much now.
  mutating func add(_ amount: Double, _ now: Nanoseconds, _ limit: FlowLimit) -> Bool {
    entries.append((now, amount))
    sum += amount
    while entries[first].time + limit.unit <= now {
      sum -= entries[first].amount
      first += 1
    }
    return sum > limit.amount * 1.000_001
  }
}
