import DequeModule
import VimapBytes
import VimapSystem

/// What a worker has been given and has not answered yet, and what it said about that.
struct Workload {
  /// The most batches that a worker holds. Messages about this many always fit into its socket.
  static let mostBatches = 48
  private static let usualLookAhead = 3

  private(set) var assignments: Deque<Assignment> = []
  /// Records sent and not answered yet.
  private(set) var outstanding = 0
  /// Records sent since the worker was forked.
  private(set) var sent: UInt64 = 0
  /// Records answered since then.
  private(set) var answered = 0
  /// When the worker last answered, or last got records after it had none.
  private(set) var lastAnswer: Nanoseconds = 0
  /// The worker has passed on everything that it has, and gets no answers, so it wants more.
  private(set) var wantsMore = false
  /// The worker was flushed, and has been given nothing since.
  private var wasFlushed = false
  /// The number of batches it may hold: the current one and some ahead, and more if it wanted more.
  private var lookAhead = Workload.usualLookAhead
  /// How many records it needs before it can be expected to answer; 0 unless it wanted more.
  private var wanted = 0

  func canTakeMore(concurrency: Int, lookAhead least: Int) -> Bool {
    // Retries are single records, so they are limited by what the worker can work on.
    guard assignments.count < max(Self.mostBatches, 2 * concurrency) else { return false }
    return assignments.count < max(least, lookAhead) || shortfall > 0
      || (concurrency > 1 && outstanding < 2 * concurrency)
  }

  /// How many more records it needs before it can be expected to answer.
  var shortfall: Int { max(0, wanted - outstanding) }

  /// It may hold answers back until it gets more records.
  var mayHoldBack: Bool { !wasFlushed && outstanding > 0 }

  /// It holds as many batches as it may.
  var isFull: Bool { assignments.count >= Self.mostBatches }

  func holds(_ batch: UInt64) -> Bool { assignments.contains { $0.batch == batch } }

  /// The assignment that a record belongs to.
  func assignment(with record: Int, of batch: UInt64) -> Assignment? {
    position(of: record, batch).map { assignments[$0] }
  }

  private func position(of record: Int, _ batch: UInt64) -> Int? {
    assignments.firstIndex {
      $0.batch == batch && $0.records.contains(record) && !$0.gone.contains(record)
    }
  }

  // MARK: What is given

  mutating func add(_ assignment: Assignment, _ now: Nanoseconds) {
    if outstanding == 0 { lastAnswer = now }
    var assignment = assignment
    assignment.start = sent
    assignment.sentAt = now
    sent += UInt64(assignment.records.count)
    outstanding += assignment.records.count
    wantsMore = false
    wasFlushed = false
    assignments.append(assignment)
    // A batch lies in a single slab. If records are long, it takes many batches to make up as many.
    if wanted > 0 { lookAhead = max(lookAhead, assignments.count) }
  }

  /// The worker wants more: it is to have twice as many records.
  mutating func noteWantsMore() {
    wantsMore = true
    wanted = 2 * outstanding
  }

  mutating func stopWanting() { wantsMore = false }

  mutating func noteFlush() { wasFlushed = true }

  // MARK: What is answered or taken back

  mutating func noteAnswers(_ count: Int, _ now: Nanoseconds) {
    outstanding -= count
    answered += count
    lastAnswer = now
    wanted = 0
    wantsMore = false
  }

  /// Notes that a record was answered with an exception, and is to be tried again by any worker.
  mutating func giveBack(_ record: Int, of batch: UInt64, _ now: Nanoseconds) {
    guard let position = position(of: record, batch) else { return }
    assignments[position].gone.insert(contentsOf: record..<(record + 1))
    noteAnswers(1, now)
  }

  /// Takes back what was sent after the first `begun` records.
  mutating func takeBack(after begun: UInt64) -> [Assignment] {
    let cuts = assignments.map { $0.cut(after: begun) }
    assignments = Deque(cuts.map(\.begun).filter { !$0.records.isEmpty })
    return cuts.map(\.rest).filter { !$0.records.isEmpty }
  }

  /// Stops counting records that were taken back without an answer.
  mutating func forget(_ count: Int) { outstanding -= count }

  mutating func drop(where isDone: (Assignment) -> Bool) { assignments.removeAll(where: isDone) }

  mutating func dropAll() { assignments.removeAll() }
}
