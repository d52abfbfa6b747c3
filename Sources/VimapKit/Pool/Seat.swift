import DequeModule
import VimapBytes
import VimapSystem

/// Records that were given to one worker: a batch, or a part of one.
struct Assignment: Equatable {
  var batch: UInt64
  var records: Range<Int>
  /// How many records the worker had been sent before these, since it was forked.
  var start: UInt64 = 0
  /// When the worker was given them.
  var sentAt: Nanoseconds = 0
  /// Which try of these records this is, from 1.
  var attempt = 1
  /// The shard it belongs to, where there are shards.
  var shard: Int?
  /// How many of the tries before failed by the record's own fault.
  var failures = 0
  /// What it costs, where there is a budget.
  var cost = 0.0
  /// It is a single record that failed before, and has waited for this try.
  var isRetry = false
  /// In a try before, its worker may have passed it on.
  var mayBeSent = false
  /// Records among these that the worker has given back.
  var gone = RangeSet<Int>()

  /// Some of the records, for another try.
  func part(_ records: Range<Int>, attempt: Int) -> Assignment {
    var part = part(records)
    part.attempt = attempt
    return part
  }

  /// Some of the records.
  func part(_ records: Range<Int>) -> Assignment {
    var part = self
    part.records = records
    part.gone = RangeSet()
    part.start = start + UInt64(records.lowerBound - self.records.lowerBound)
    return part
  }

  /// Some of the records, as the worker has them.
  private func cut(_ records: Range<Int>) -> Assignment {
    var part = part(records)
    part.gone = gone
    return part
  }

  /// What the worker had begun by `begun` records, and what it had not.
  func cut(after begun: UInt64) -> (begun: Assignment, rest: Assignment) {
    let count = min(max(begun, start) - start, UInt64(records.count))
    let middle = records.lowerBound + Int(count)
    return (cut(records.lowerBound..<middle), cut(middle..<records.upperBound))
  }

  /// The first `count` of the records, and what is left where there are more.
  func split(at count: Int) -> (first: Assignment, rest: Assignment?) {
    guard count > 0, count < records.count else { return (self, nil) }
    let middle = records.lowerBound + count
    return (part(records.lowerBound..<middle), part(middle..<records.upperBound))
  }
}

/// A worker's place, occupied or not, and what the worker in it has been given.
struct Seat {
  /// Most batches a worker is given ahead, so that messages to it always find room.
  static let mostBatches = 48

  private(set) var isOccupied = false
  /// Its worker's process is there.
  var isForked = false
  var isReady = false
  /// A worker of this seat has been ready, be it an earlier one.
  var hasServed = false
  /// It has been told that no more batches come.
  var isClosing = false
  var isHungry = false
  /// It has been told to let go of what it holds back, and been given nothing since.
  var wasDrained = false
  var assignments: Deque<Assignment> = []
  /// Records sent and not yet answered.
  private(set) var outstanding = 0
  private(set) var sent: UInt64 = 0
  /// Batches it may hold: the one it works on and one ahead, more where it says it is hungry.
  var lookAhead = Seat.usualLookAhead
  /// Records it is to have before it can be expected to answer; 0 unless it said it is hungry.
  private var appetite = 0
  private(set) var answersSinceFork = 0
  /// When it last answered, or was given something after having had nothing.
  private(set) var lastAnswer: Nanoseconds = 0
  /// Times in a row a worker of this seat ended without answering anything.
  var deaths = 0
  /// Not to be occupied again before this.
  var retryTime: Nanoseconds?
  /// Not to be occupied any more.
  var isRetired = false
  /// Why the worker cannot go on, where that is no record's fault.
  var failure: WorkerFailure?
  /// Its worker, the first of the seat, could not be set up: another would not be either.
  var isHopeless = false
  /// How many records it had begun when it was found to be late with the last of them.
  var lateAt: UInt64?
  /// It was killed to stop the run; what it had is nobody's fault.
  var isCutOff = false
  /// What the worker said about its end.
  var lastWords = ""

  private static let usualLookAhead = 3

  @inline(__always)
  func canFork(_ now: Nanoseconds) -> Bool {
    !isOccupied && !isRetired && (retryTime ?? 0) <= now
  }

  @inline(__always)
  func canTakeMore(concurrency: Int, lookAhead least: Int = 0) -> Bool {
    // Records that are tried again come one by one, as many as the worker can work on.
    let most = max(Self.mostBatches, 2 * concurrency)
    guard isOccupied, !isClosing, assignments.count < most else { return false }
    return assignments.count < max(least, lookAhead) || shortfall > 0
      || (concurrency > 1 && outstanding < 2 * concurrency)
  }

  /// It has passed on all it has and gets nothing back: it is to have twice as much.
  mutating func beHungry() {
    isHungry = true
    appetite = 2 * outstanding
  }

  /// How many records it lacks of what it is to have before it can be expected to answer.
  var shortfall: Int { max(0, appetite - outstanding) }

  /// There may be answers that it keeps back in the hope of more records.
  var mayHoldBack: Bool { isOccupied && !isClosing && !wasDrained && outstanding > 0 }

  func holds(_ batch: UInt64) -> Bool {
    assignments.contains { $0.batch == batch }
  }

  mutating func occupy() {
    let deaths = deaths
    vacate()
    self.deaths = deaths
    isOccupied = true
  }

  mutating func vacate() {
    let hasServed = hasServed
    self = Seat()
    self.hasServed = hasServed
  }

  mutating func assign(_ assignment: Assignment, _ now: Nanoseconds) {
    if outstanding == 0 { lastAnswer = now }
    var assignment = assignment
    assignment.start = sent
    assignment.sentAt = now
    sent += UInt64(assignment.records.count)
    outstanding += assignment.records.count
    isHungry = false
    wasDrained = false
    assignments.append(assignment)
    // A batch is of one slab, so that long records take many to be as many.
    if appetite > 0 { lookAhead = max(lookAhead, assignments.count) }
  }

  mutating func noteAnswers(_ count: Int, _ now: Nanoseconds) {
    outstanding -= count
    appetite = 0
    answersSinceFork += count
    deaths = 0
    lastAnswer = now
    isHungry = false
  }

  /// The assignment that a record is part of.
  func assignment(with record: Int, of batch: UInt64) -> Assignment? {
    place(of: record, batch).map { assignments[$0] }
  }

  private func place(of record: Int, _ batch: UInt64) -> Int? {
    assignments.firstIndex {
      $0.batch == batch && $0.records.contains(record) && !$0.gone.contains(record)
    }
  }

  /// Takes a record out of what the worker has been given.
  mutating func giveBack(_ record: Int, of batch: UInt64) {
    guard let place = place(of: record, batch) else { return }
    assignments[place].gone.insert(contentsOf: record..<(record + 1))
  }

  /// Takes back what was sent after the first `begun` records.
  mutating func takeBack(after begun: UInt64) -> [Assignment] {
    let cuts = assignments.map { $0.cut(after: begun) }
    assignments = Deque(cuts.map(\.begun).filter { !$0.records.isEmpty })
    return cuts.map(\.rest).filter { !$0.records.isEmpty }
  }

  /// So many records that were taken back had no answer.
  mutating func forget(_ count: Int) { outstanding -= count }

  mutating func drop(_ batch: UInt64) {
    assignments.removeAll { $0.batch == batch }
  }

  /// The pause before a seat is taken again after `deaths` fruitless tries: none at first, then
  /// from 50 ms doubling to 5 s.
  static func backOff(after deaths: Int) -> Nanoseconds {
    deaths <= 1 ? 0 : min(.seconds(5), .milliseconds(50) << UInt64(min(deaths - 2, 7)))
  }
}
