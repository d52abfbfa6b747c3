import VimapSystem

@testable import VimapKit

/// Plays a pool's world — input, workers, death — by chance, and keeps the books.
struct PoolSimulation {
  /// How often things happen, of a hundred.
  struct Chances {
    var death = 5
    var hungry = 5
    var failedStart = 0
    /// A worker answers with an error that is worth another try.
    var failure = 0
    /// A worker is found to be late.
    var late = 0
    /// A worker leaves what it has not begun, and its place.
    var retirement = 0
    /// In so many steps the run is interrupted; 0 is never.
    var interruption = 0
  }

  private(set) var state: PoolState
  private var random: SeededRandom
  private let chances: Chances
  private var now: Nanoseconds = 0
  private var recordsLeft: Int
  private var nextBatch: UInt64 = 0
  private var workers: [Int: FakeWorker] = [:]
  private var sizes: [UInt64: Int] = [:]
  private var shards: [UInt64: Int] = [:]
  private var costs: [UInt64: Double] = [:]
  /// What was started, and when.
  private var starts: [(time: Nanoseconds, records: Int, cost: Double)] = []
  /// The last record answered of each shard.
  private var lastOfShard: [Int: (batch: UInt64, record: Int)] = [:]
  /// Records answered by another worker than that of their shard, or out of its order.
  private(set) var misplaced = 0

  /// How often each record of each batch was answered.
  private(set) var answers: [UInt64: [Int]] = [:]
  private(set) var excepted = 0
  private(set) var deaths = 0
  private(set) var completed: Set<UInt64> = []
  private(set) var isFinished = false
  private(set) var mostBytesHeld = 0
  private(set) var mostInFlight = 0
  private(set) var mostUnfinished = 0
  /// Records handed to a worker that was given more of them than the rules allow.
  private(set) var overQuota = 0
  /// The highest attempt any record was sent with.
  private(set) var mostAttempts = 0
  private(set) var retries = 0
  private(set) var retirements = 0
  /// Records that failed, and what was answered instead of being tried again.
  private var held: Set<[UInt64]> = []
  private(set) var answeredHeld = 0
  private(set) var wasInterrupted = false
  /// The moment before which each of them may not be tried.
  private var pauses: [[UInt64]: Nanoseconds] = [:]
  /// Records answered, and not yet handed to whoever wants them.
  private var waitingForReader = 0
  private var bytesHeld = 0
  /// What went against the rules.
  private(set) var violations: [String] = []

  private struct FakeWorker {
    var isReady = false
    var isClosing = false
    var work: [(batch: UInt64, record: Int)] = []
    var begun: UInt64 = 0
    var received: UInt64 = 0
    /// It takes no more, though the pool has not heard of it yet.
    var isRetiring = false
  }

  init(_ rules: PoolState.Rules, records: Int, seed: UInt64, chances: Chances = Chances()) {
    state = PoolState(rules)
    recordsLeft = records
    random = SeededRandom(seed: seed)
    self.chances = chances
  }

  var answered: Int { answers.values.joined().count { $0 == 1 } }
  var answeredTwice: Int { answers.values.joined().count { $0 > 1 } }
  var read: Int { sizes.values.reduce(0, +) }

  private var pacedBatch: Int { state.rate?.perTick ?? 0 }

  /// The most that was started in any stretch of so long.
  func mostStarted(in unit: Nanoseconds) -> (records: Int, cost: Double) {
    var first = 0
    var sum = (records: 0, cost: 0.0)
    var most = sum
    for start in starts {
      sum = (sum.records + start.records, sum.cost + start.cost)
      while starts[first].time + unit <= start.time {
        sum = (sum.records - starts[first].records, sum.cost - starts[first].cost)
        first += 1
      }
      most = (max(most.records, sum.records), max(most.cost, sum.cost))
    }
    return most
  }

  mutating func run(steps limit: Int = 1_000_000) {
    var steps = 0
    while !isFinished, steps < limit {
      steps += 1
      now += .milliseconds(1) / 4
      perform()
      feed()
      perform()
      interruptByChance()
      happen()
      passTime()
    }
    perform()
    if !isFinished { violations.append("not finished after \(limit) steps") }
  }

  private mutating func interruptByChance() {
    guard chances.interruption > 0, !wasInterrupted,
      Int.random(in: 0..<chances.interruption, using: &random) == 0
    else { return }
    wasInterrupted = true
    state.stop(.soon)
    perform()
  }

  /// Where nothing can happen before a timer, it is waited for, and there must be one.
  private mutating func passTime() {
    guard !isFinished, workers.values.allSatisfy({ $0.work.isEmpty && $0.isReady && !$0.isClosing })
    else { return }
    perform()
    guard state.demand(now: now) == nil, !isFinished, workers.values.allSatisfy(\.work.isEmpty),
      let timer = state.nextTimer(after: now)
    else { return }
    now = max(now, timer)
  }

  private mutating func perform() {
    while case let actions = state.takeActions(), !actions.isEmpty {
      for action in actions {
        if isFinished { violations.append("\(action) after the end") }
        perform(action)
      }
    }
  }

  private mutating func perform(_ action: PoolState.Action) {
    switch action {
    case .fork(let seat):
      if workers[seat] != nil { violations.append("seat \(seat) forked twice") }
      workers[seat] = FakeWorker()
    case .send(let seat, let batch, let records, let attempt):
      mostAttempts = max(mostAttempts, attempt)
      starts.append((now, records.count, (costs[batch] ?? 0) * Double(records.count)))
      if state.isPaced, state.seats[seat].outstanding > max(state.rules.concurrency, pacedBatch) {
        violations.append("more than can be started")
      }
      for record in records where held.contains([batch, UInt64(record)]) {
        if now < pauses[[batch, UInt64(record)]] ?? 0 { violations.append("tried too early") }
      }
      guard workers[seat] != nil else {
        violations.append("sent to vacant seat \(seat)")
        return
      }
      if workers[seat]?.isRetiring == true { return }
      workers[seat]?.work += records.map { (batch, $0) }
      workers[seat]?.received += UInt64(records.count)
      if let shard = shards[batch], shard != seat, !state.seats[shard].isRetired { misplaced += 1 }
      if let most = state.rules.recycleAfter, let worker = workers[seat] {
        overQuota += max(0, Int(worker.received) - most)
      }
    case .drain: break
    case .halted: wasInterrupted = true
    case .recall(let seat):
      // One that does not look finishes all it has.
      if Bool.random(using: &random) { retire(seat) }
      let isRetiring = workers[seat]?.isRetiring ?? false
      workers[seat]?.isClosing = !isRetiring
    case .close(let seat): workers[seat]?.isClosing = true
    case .kill(let seat): if workers[seat] != nil { die(seat) }
    case .except(let batch, let records, _):
      for record in records { note(batch, record) }
      excepted += records.count
    case .hold(let batch, let record, _): hold(batch, record, pause: 0)
    case .answerHeld(let batch, let record):
      if !held.contains([batch, UInt64(record)]) { violations.append("\(action): not held") }
      if !wasInterrupted, state.startFailure == nil { violations.append("\(action): why?") }
      answeredHeld += 1
      note(batch, record)
    case .complete(let batch):
      if !completed.insert(batch).inserted { violations.append("batch \(batch) complete twice") }
      let bytes = (sizes[batch] ?? 0) * 10
      bytesHeld -= bytes
      state.release(bytes: bytes)
    case .finish: isFinished = true
    }
  }

  private mutating func hold(_ batch: UInt64, _ record: Int, pause: Nanoseconds) {
    held.insert([batch, UInt64(record)])
    pauses[[batch, UInt64(record)]] = now + pause
  }

  private mutating func note(_ batch: UInt64, _ record: Int) {
    answers[batch]?[record] += 1
    if let shard = shards[batch] {
      if let last = lastOfShard[shard], (batch, record) <= last { misplaced += 1 }
      lastOfShard[shard] = (batch, record)
    }
    waitingForReader += 1
  }

  /// Whoever wants results takes some.
  private mutating func read(_ most: Int) {
    let count = min(most, waitingForReader)
    waitingForReader -= count
    state.release(records: count)
  }

  private mutating func feed() {
    while let demand = state.demand(now: now) {
      guard recordsLeft > 0 else {
        state.endInput()
        return
      }
      let most = state.rules.budget == nil ? Int.random(in: 1...40, using: &random) : 1
      let count = min(demand.records, recordsLeft, most)
      recordsLeft -= count
      sizes[nextBatch] = count
      answers[nextBatch] = Array(repeating: 0, count: count)
      bytesHeld += count * 10
      mostBytesHeld = max(mostBytesHeld, bytesHeld)
      let shard = state.rules.hasShards ? Int.random(in: 0..<state.rules.jobs, using: &random) : nil
      shards[nextBatch] = shard
      let cost = state.rules.budget.map { Double.random(in: 0...$0.amount / 4, using: &random) }
      costs[nextBatch] = cost
      state.take(
        batch: nextBatch, records: count, bytes: count * 10, shard: shard, cost: cost ?? 0,
        for: demand, now: now)
      nextBatch += 1
      mostInFlight = max(mostInFlight, state.inFlight)
      mostUnfinished = max(mostUnfinished, state.unfinished)
      perform()
    }
  }

  /// Something happens to one of the workers.
  private mutating func happen() {
    guard let seat = workers.keys.sorted().randomElement(using: &random),
      let worker = workers[seat]
    else { return }
    read(Int.random(in: 0...20, using: &random))
    let dice = Int.random(in: 0..<100, using: &random)
    if !worker.isReady {
      if dice < chances.failedStart {
        state.workerFailed(seat, WorkerFailure("no such command"))
        perform()
        if workers[seat] != nil { die(seat) }
      } else {
        workers[seat]?.isReady = true
        state.workerIsReady(seat)
      }
    } else if worker.isRetiring, !worker.isClosing, Bool.random(using: &random) {
      workers[seat]?.isClosing = true
      state.workerRetires(seat, begun: worker.begun)
    } else if dice < chances.death {
      die(seat)
    } else if dice < chances.death + chances.hungry {
      state.workerIsHungry(seat)
    } else if dice < chances.death + chances.hungry + chances.late, !worker.work.isEmpty {
      beLate(seat)
    } else if Int.random(in: 0..<100, using: &random) < chances.retirement, !worker.isRetiring {
      retire(seat)
    } else if worker.work.isEmpty {
      if worker.isClosing { end(seat, .exited(status: 0)) }
    } else {
      answer(seat)
    }
  }

  private mutating func answer(_ seat: Int) {
    guard let first = workers[seat]?.work.first else { return }
    workers[seat]?.work.removeFirst()
    let worker = workers[seat]
    let left = UInt64(worker?.work.count ?? 0)
    workers[seat]?.begun = max(worker?.begun ?? 0, (worker?.received ?? 0) - left)
    if Int.random(in: 0..<100, using: &random) < chances.failure {
      let pause: Nanoseconds? =
        Bool.random(using: &random) ? nil : .milliseconds(.random(in: 0...200, using: &random))
      if state.retry(seat, batch: first.batch, record: first.record, pause: pause, now: now) {
        retries += 1
        hold(first.batch, first.record, pause: pause ?? 0)
        return
      }
    }
    note(first.batch, first.record)
    let accepted = state.answered(
      seat, batch: first.batch, records: first.record..<(first.record + 1), now: now)
    if !accepted { violations.append("answer to \(first) refused") }
  }

  /// It is at its next record for too long; or it was, and is done when its end comes.
  private mutating func beLate(_ seat: Int) {
    guard let worker = workers[seat] else { return }
    let begun = worker.received - UInt64(worker.work.count) + 1
    workers[seat]?.begun = begun
    if Bool.random(using: &random) { answer(seat) }
    state.workerIsLate(seat, begun: begun)
  }

  /// It has begun the next records, perhaps; the others it forgets.
  private mutating func retire(_ seat: Int) {
    guard let worker = workers[seat] else { return }
    let kept = Int.random(in: 0...worker.work.count, using: &random)
    let begun = worker.received - UInt64(worker.work.count - kept)
    // What it has begun it cannot forget.
    guard begun >= worker.begun else { return }
    workers[seat]?.begun = begun
    workers[seat]?.received = begun
    workers[seat]?.work.removeLast(worker.work.count - kept)
    workers[seat]?.isRetiring = true
    retirements += 1
  }

  private mutating func die(_ seat: Int) {
    deaths += 1
    // It had begun the next record, perhaps.
    if let worker = workers[seat], !worker.work.isEmpty, Bool.random(using: &random) {
      workers[seat]?.begun = worker.received - UInt64(worker.work.count) + 1
    }
    end(seat, .killed(signal: 9))
  }

  private mutating func end(_ seat: Int, _ end: ProcessEnd) {
    let begun = workers[seat]?.begun ?? 0
    workers[seat] = nil
    state.workerEnded(seat, end, begun: begun, now: now)
  }
}
