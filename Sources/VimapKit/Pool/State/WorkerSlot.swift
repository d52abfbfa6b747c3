import VimapBytes
import VimapSystem

/// The worker of a slot, from the decision to fork it until its end.
struct SlotWorker {
  /// How far the worker has come.
  enum Stage: Comparable {
    /// Its process does not exist yet.
    case forking
    /// It is being set up.
    case starting
    case serving
  }

  /// Whether it goes on, and if not, why.
  enum Fate: Equatable {
    case goesOn
    /// It was told that no more batches come.
    case closing
    /// It was killed because it took too long over a record. `begun` is how many records it had
    /// begun when that was noticed.
    case late(begun: UInt64)
    /// It was killed to end the run. Its records are not to blame.
    case cutOff
  }

  private(set) var stage = Stage.forking
  private(set) var fate = Fate.goesOn
  var load = Workload()
  /// Why it cannot go on, if no record is to blame.
  private(set) var failure: WorkerFailure?
  /// No worker of its slot was ever set up, so another one would fail too.
  private(set) var isHopeless = false
  /// Its exit message.
  private(set) var exitMessage = ""

  var isServing: Bool { stage == .serving }
  var goesOn: Bool { fate == .goesOn }

  /// How many records it had begun when it was found to be late, if it was.
  var lateAt: UInt64? {
    if case .late(let begun) = fate { begun } else { nil }
  }

  var wasKilled: Bool { fate == .cutOff || lateAt != nil }

  /// It was told to leave, or killed to end the run.
  var wasToldToLeave: Bool { fate == .closing || fate == .cutOff }

  mutating func advance(to stage: Stage) { self.stage = max(self.stage, stage) }

  /// Tells it that no more batches come. A worker that was killed gets none anyway.
  mutating func close() {
    load.stopWanting()
    if goesOn { fate = .closing }
  }

  /// - Parameter begun: how many records it had begun when it was found to be late.
  mutating func noteLate(begun: UInt64) { fate = .late(begun: begun) }

  mutating func cutOff() {
    load.stopWanting()
    fate = .cutOff
  }

  mutating func fail(_ failure: WorkerFailure, isHopeless: Bool) {
    self.failure = failure
    self.isHopeless = self.isHopeless || isHopeless
  }

  mutating func say(_ text: String) { exitMessage = text }

  /// Why it could not be set up, where it has not said so itself.
  func failureToStart(_ slot: Int, _ end: ProcessEnd) -> WorkerFailure {
    let words = exitMessage.isEmpty ? "" : ": \(exitMessage)"
    return WorkerFailure("worker \(slot) \(end) before it was ready\(words)")
  }
}

/// A place for a worker, and how well its workers have done so far.
struct WorkerSlot {
  private enum State {
    /// There is no worker, and none may be forked before this moment.
    case vacant(until: Nanoseconds)
    case occupied(SlotWorker)
    /// There is no worker, and none will be forked again.
    case retired
  }

  private var state = State.vacant(until: 0)
  /// A worker of this slot has been set up, maybe an earlier one.
  private(set) var hasServed = false
  /// How many workers of this slot in a row ended without having answered anything.
  private(set) var vainEnds = 0

  /// After so many vain ends in a row, another worker would fare no better.
  static let mostVainEnds = 8

  var worker: SlotWorker? {
    if case .occupied(let worker) = state { worker } else { nil }
  }

  var isOccupied: Bool {
    if case .occupied = state { true } else { false }
  }

  var isRetired: Bool {
    if case .retired = state { true } else { false }
  }

  /// There is no worker, and one may be forked.
  var isVacant: Bool {
    if case .vacant = state { true } else { false }
  }

  /// From when on a worker may be forked. `nil` if there is a worker, or the slot is retired.
  var forkableFrom: Nanoseconds? {
    if case .vacant(let moment) = state { moment } else { nil }
  }

  @inline(__always)
  func canFork(_ now: Nanoseconds) -> Bool {
    if case .vacant(let moment) = state { moment <= now } else { false }
  }

  @inline(__always)
  func canTakeMore(concurrency: Int, lookAhead: Int = 0) -> Bool {
    guard case .occupied(let worker) = state, worker.goesOn else { return false }
    return worker.load.canTakeMore(concurrency: concurrency, lookAhead: lookAhead)
  }

  /// Records sent to its worker and not answered yet.
  var outstanding: Int {
    if case .occupied(let worker) = state { worker.load.outstanding } else { 0 }
  }

  /// The assignments of its worker that are not answered whole.
  var assignments: [Assignment] { worker.map { Array($0.load.assignments) } ?? [] }

  /// When its worker last answered, or last got records after it had none.
  var lastAnswer: Nanoseconds {
    if case .occupied(let worker) = state { worker.load.lastAnswer } else { 0 }
  }

  /// Records sent to its worker since it was forked.
  var sent: UInt64 {
    if case .occupied(let worker) = state { worker.load.sent } else { 0 }
  }

  /// How many more records its worker needs before it can be expected to answer.
  var shortfall: Int {
    if case .occupied(let worker) = state { worker.load.shortfall } else { 0 }
  }

  var wantsMore: Bool {
    if case .occupied(let worker) = state { worker.load.wantsMore } else { false }
  }

  /// Whether there is a worker that was neither told to leave nor killed.
  var goesOn: Bool {
    if case .occupied(let worker) = state { worker.goesOn } else { false }
  }

  var mayHoldBack: Bool {
    guard case .occupied(let worker) = state, worker.goesOn else { return false }
    return worker.load.mayHoldBack
  }

  func hasAssignment(where isWanted: (Assignment) -> Bool) -> Bool {
    if case .occupied(let worker) = state {
      worker.load.assignments.contains(where: isWanted)
    } else {
      false
    }
  }

  func holds(_ batch: UInt64) -> Bool {
    if case .occupied(let worker) = state { worker.load.holds(batch) } else { false }
  }

  func assignment(with record: Int, of batch: UInt64) -> Assignment? {
    if case .occupied(let worker) = state {
      worker.load.assignment(with: record, of: batch)
    } else {
      nil
    }
  }

  // MARK: What happens

  /// Notes that a worker is to be forked. Returns `false` if the slot is not vacant.
  @discardableResult
  mutating func occupy() -> Bool {
    guard case .vacant = state else {
      assertionFailure("a slot that is not vacant")
      return false
    }
    state = .occupied(SlotWorker())
    return true
  }

  /// Changes its worker in place. There must be one.
  @inline(__always)
  mutating func update(_ change: (inout SlotWorker) -> Void) {
    guard case .occupied(var worker) = state else { return assertionFailure("nobody is there") }
    // For this moment, this must be the only copy of the worker, so that its contents are not
    // copied.
    state = .retired
    change(&worker)
    state = .occupied(worker)
  }

  mutating func noteReady() {
    hasServed = true
    update { $0.advance(to: .serving) }
  }

  mutating func noteAnswers(_ count: Int, _ now: Nanoseconds) {
    vainEnds = 0
    update { $0.load.noteAnswers(count, now) }
  }

  /// Notes that a record was answered with an exception, and is to be tried again.
  mutating func giveBack(_ record: Int, of batch: UInt64, _ now: Nanoseconds) {
    vainEnds = 0
    update { $0.load.giveBack(record, of: batch, now) }
  }

  /// Notes that its worker has ended.
  /// - Parameter wasInVain: the worker had answered nothing, and another one may fare no better.
  mutating func vacate(wasInVain: Bool, now: Nanoseconds) {
    vainEnds = wasInVain ? vainEnds + 1 : 0
    state = .vacant(until: wasInVain ? now.plus(Self.backOff(after: vainEnds)) : 0)
  }

  /// Retires the slot: it gets no more workers.
  mutating func retire() {
    if case .occupied = state { return assertionFailure("somebody is there") }
    state = .retired
  }

  /// The pause before the slot gets a new worker. After the first vain end there is none; then it
  /// is 50 ms, and doubles up to 5 s.
  static func backOff(after vainEnds: Int) -> Nanoseconds {
    vainEnds <= 1 ? 0 : min(.seconds(5), .milliseconds(50) << UInt64(min(vainEnds - 2, 7)))
  }
}
