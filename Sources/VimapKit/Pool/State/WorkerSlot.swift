import VimapBytes
import VimapSystem

/// A worker in a slot, from the decision to fork it to its end.
struct SlotWorker {
  /// How far it has come.
  enum Stage: Comparable {
    /// Its process is not there yet.
    case forking
    /// It is being set up.
    case starting
    case serving
  }

  /// Whether it goes on, and why not.
  enum Fate: Equatable {
    case goesOn
    /// It has been told that no more batches come.
    case closing
    /// It was killed, as it had been at a record for too long; so many had it begun by then.
    case late(begun: UInt64)
    /// It was killed to end the run; what it had is nobody's fault.
    case cutOff
  }

  private(set) var stage = Stage.forking
  private(set) var fate = Fate.goesOn
  var load = Workload()
  /// Why it cannot go on, where that is no record's fault.
  private(set) var failure: WorkerFailure?
  /// No worker of its slot has been set up, so that another would not be either.
  private(set) var isHopeless = false
  /// What it said about its end.
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

  /// It is given no more. One that was killed is so already.
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
}

/// A place for a worker, and how its workers have done so far.
struct WorkerSlot {
  private enum State {
    /// Nobody is there, nor is to be before this moment.
    case vacant(until: Nanoseconds)
    case occupied(SlotWorker)
    /// Nobody is there, nor will be.
    case retired
  }

  private var state = State.vacant(until: 0)
  /// A worker of this slot has served, be it an earlier one.
  private(set) var hasServed = false
  /// Times in a row a worker of this slot ended without having answered anything.
  private(set) var vainEnds = 0

  /// So many in a row, and another worker would fare no better.
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

  /// Nobody is there, and somebody may be.
  var isVacant: Bool {
    if case .vacant = state { true } else { false }
  }

  /// From when on a worker may be forked for it; `nil` where there is one, or none will be.
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

  /// Records sent to its worker and not yet answered.
  var outstanding: Int {
    if case .occupied(let worker) = state { worker.load.outstanding } else { 0 }
  }

  /// What its worker has been given and not answered whole.
  var assignments: [Assignment] { worker.map { Array($0.load.assignments) } ?? [] }

  /// When its worker last answered, or was given something after having had nothing.
  var lastAnswer: Nanoseconds {
    if case .occupied(let worker) = state { worker.load.lastAnswer } else { 0 }
  }

  /// Records sent to its worker since that was forked.
  var sent: UInt64 {
    if case .occupied(let worker) = state { worker.load.sent } else { 0 }
  }

  /// How many records its worker lacks of what it is to have before it can be expected to answer.
  var shortfall: Int {
    if case .occupied(let worker) = state { worker.load.shortfall } else { 0 }
  }

  var wantsMore: Bool {
    if case .occupied(let worker) = state { worker.load.wantsMore } else { false }
  }

  /// There is a worker that is neither told to leave nor killed.
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

  /// A worker is to be forked for it; `false` where that can't be.
  @discardableResult
  mutating func occupy() -> Bool {
    guard case .vacant = state else {
      assertionFailure("a slot that is not vacant")
      return false
    }
    state = .occupied(SlotWorker())
    return true
  }

  /// Changes its worker, in place. Nothing happens where there is none.
  @inline(__always)
  mutating func update(_ change: (inout SlotWorker) -> Void) {
    guard case .occupied(var worker) = state else { return assertionFailure("nobody is there") }
    // The copy is to be the only one for this moment, so that nothing in it is copied.
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

  /// A record was answered with an exception, and is to be tried again.
  mutating func giveBack(_ record: Int, of batch: UInt64, _ now: Nanoseconds) {
    vainEnds = 0
    update { $0.load.giveBack(record, of: batch, now) }
  }

  /// Its worker has ended.
  /// - Parameter wasInVain: it had answered nothing, and another may fare no better.
  mutating func vacate(wasInVain: Bool, now: Nanoseconds) {
    vainEnds = wasInVain ? vainEnds + 1 : 0
    state = .vacant(until: wasInVain ? now.plus(Self.backOff(after: vainEnds)) : 0)
  }

  /// It is not filled again.
  mutating func retire() {
    if case .occupied = state { return assertionFailure("somebody is there") }
    state = .retired
  }

  /// The pause before a slot is filled again after so many vain ends: none at first, then from
  /// 50 ms doubling to 5 s.
  static func backOff(after vainEnds: Int) -> Nanoseconds {
    vainEnds <= 1 ? 0 : min(.seconds(5), .milliseconds(50) << UInt64(min(vainEnds - 2, 7)))
  }
}
