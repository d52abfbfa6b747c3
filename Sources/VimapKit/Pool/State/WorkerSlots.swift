import VimapBytes
import VimapSystem

/// The slots of a pool, and when each of them gets a worker.
struct WorkerSlots {
  private var slots: [WorkerSlot]
  private let concurrency: Int
  private let lifespan: Int?
  /// How many workers are there from the start.
  private let startsAtOnce: Int
  private let mostForksUnderWay: Int
  private var forksUnderWay = 0
  /// The first of these slots that has not been filled yet.
  private var nextToStart = 0
  /// A worker has been ready.
  private(set) var hasStarted = false
  /// When a slot was last retired. From then on, others get its records.
  private var lastRetirement: Nanoseconds = 0

  init(_ rules: PoolState.Rules) {
    slots = Array(repeating: WorkerSlot(), count: rules.jobs)
    concurrency = rules.concurrency
    lifespan = rules.recycleAfter
    startsAtOnce = rules.startsAtOnce
    mostForksUnderWay = rules.mostForksUnderWay
  }

  var indices: Range<Int> { slots.indices }
  subscript(_ slot: Int) -> WorkerSlot {
    @inline(__always) _read { yield slots[slot] }
  }
  // Asked for each answer, and so without a copy of the slot.
  func holds(_ batch: UInt64, in slot: Int) -> Bool { slots[slot].holds(batch) }
  func lastAnswer(in slot: Int) -> Nanoseconds { slots[slot].lastAnswer }
  func hasAssignment(in slot: Int, where isWanted: (Assignment) -> Bool) -> Bool {
    slots[slot].hasAssignment(where: isWanted)
  }
  func attempt(at record: Int, of batch: UInt64, in slot: Int) -> Int? {
    slots[slot].assignment(with: record, of: batch)?.attempt
  }

  func contains(where isWanted: (WorkerSlot) -> Bool) -> Bool { slots.contains(where: isWanted) }
  var areVacant: Bool { !slots.contains(where: \.isOccupied) }
  /// No slot will have a worker again.
  var areRetired: Bool { slots.allSatisfy(\.isRetired) }
  var occupied: [Int] { slots.indices.filter { slots[$0].isOccupied } }

  // MARK: Choosing

  /// Chooses the worker with the fewest records that can take more. If all workers have records, it
  /// chooses a vacant slot instead, if there is one.
  /// - Parameters:
  ///   - lookAhead: the number of batches that a worker may hold at least.
  ///   - most: the most records that a worker may hold.
  func choose(_ now: Nanoseconds, lookAhead: Int, most: Int) -> Int? {
    var best: (slot: Int, outstanding: Int)?
    for slot in slots.indices where canTakeMore(slot, lookAhead: lookAhead, most: most) {
      let outstanding = slots[slot].outstanding
      if outstanding == 0 { return slot }
      if best.map({ outstanding < $0.outstanding }) ?? true { best = (slot, outstanding) }
    }
    // The workers that are there from the start are still being forked. Records that would wait
    // with another worker are for them.
    if nextToStart < startsAtOnce { return firstToFork(among: 0..<nextToStart, now) }
    return firstToFork(among: slots.indices, now) ?? best?.slot
  }

  func firstToFork(_ now: Nanoseconds) -> Int? { firstToFork(among: slots.indices, now) }

  private func firstToFork(among range: Range<Int>, _ now: Nanoseconds) -> Int? {
    range.first { slots[$0].canFork(now) }
  }

  @inline(__always)
  func canTakeMore(_ slot: Int, lookAhead: Int, most: Int) -> Bool {
    slots[slot].canTakeMore(concurrency: concurrency, lookAhead: lookAhead)
      && slots[slot].outstanding < most
  }

  /// How many more records the worker of a slot may be given before it is replaced.
  func quota(of slot: Int) -> Int { lifespan.map { $0 - Int(slots[slot].sent) } ?? .max }

  /// The slot of a shard: the slot with the shard's number, or the next one that is not retired.
  func slot(ofShard shard: Int) -> Int {
    let order = slots.indices.lazy.map { (shard + $0) % slots.count }
    return order.first { !slots[$0].isRetired } ?? shard
  }

  /// The slot whose worker has a batch now, if there is one.
  func holder(of batch: UInt64) -> Int? { slots.firstIndex { $0.holds(batch) } }

  /// The next moment after `now` at which a vacant slot may be filled again, or at which others may
  /// have the records of a retired slot.
  func nextStart(after now: Nanoseconds) -> Nanoseconds? {
    let starts = slots.lazy.compactMap(\.forkableFrom).filter { $0 > now }
    return lastRetirement > now ? lastRetirement : starts.min()
  }

  // MARK: Forking

  mutating func fork(_ slot: Int) {
    guard slots[slot].occupy() else { return }
    forksUnderWay += 1
  }

  /// Chooses the slots to fork now, of those that are filled from the start. At a time, only as
  /// many are forked as keep the fork server busy, so that the workers that exist already do not
  /// wait for it.
  mutating func forkFirst() -> [Int] {
    var forked: [Int] = []
    while nextToStart < startsAtOnce, forksUnderWay < mostForksUnderWay {
      if slots[nextToStart].isVacant {
        fork(nextToStart)
        forked.append(nextToStart)
      }
      nextToStart += 1
    }
    return forked
  }

  /// Notes that the worker of a slot has been forked, or will never be.
  mutating func noteForked(_ slot: Int) {
    guard slots[slot].worker?.stage == .forking else { return }
    slots[slot].update { $0.advance(to: .starting) }
    forksUnderWay -= 1
  }

  mutating func noteReady(_ slot: Int) {
    noteForked(slot)
    hasStarted = true
    slots[slot].noteReady()
  }

  // MARK: What happens to a slot

  mutating func update(_ slot: Int, _ change: (inout SlotWorker) -> Void) {
    slots[slot].update(change)
  }

  /// Gives a worker no more. Returns what it has not begun, where it has begun so many.
  mutating func close(_ slot: Int, after begun: UInt64) -> [Assignment] {
    var back: [Assignment] = []
    update(slot) { worker in
      worker.close()
      back = worker.load.takeBack(after: begun)
    }
    return back
  }

  /// Notes that those who may hold answers back are told not to. Returns their slots.
  mutating func noteFlush() -> [Int] {
    let holding = slots.indices.filter { slots[$0].mayHoldBack }
    for slot in holding { update(slot) { $0.load.noteFlush() } }
    return holding
  }

  mutating func noteAnswers(_ slot: Int, _ count: Int, _ now: Nanoseconds) {
    slots[slot].noteAnswers(count, now)
  }

  mutating func giveBack(_ slot: Int, _ record: Int, of batch: UInt64, _ now: Nanoseconds) {
    slots[slot].giveBack(record, of: batch, now)
  }

  mutating func vacate(_ slot: Int, wasInVain: Bool, now: Nanoseconds) {
    slots[slot].vacate(wasInVain: wasInVain, now: now)
  }

  mutating func retire(_ slot: Int, now: Nanoseconds) {
    slots[slot].retire()
    lastRetirement = now
  }
}
