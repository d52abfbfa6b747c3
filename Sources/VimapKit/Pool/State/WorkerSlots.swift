import VimapBytes
import VimapSystem

/// The slots of a pool, and which of them is to have a worker when.
struct WorkerSlots {
  private var slots: [WorkerSlot]
  private let concurrency: Int
  private let lifespan: Int?
  /// How many workers are there from the start.
  private let startsAtOnce: Int
  private let mostForksUnderWay: Int
  private var forksUnderWay = 0
  /// The first slot of those filled from the start that has not been yet.
  private var nextToStart = 0
  /// A worker has been ready.
  private(set) var hasStarted = false
  /// When a slot was retired last: what it was to have goes to others from then on.
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
  func contains(where isWanted: (WorkerSlot) -> Bool) -> Bool { slots.contains(where: isWanted) }
  var areVacant: Bool { !slots.contains(where: \.isOccupied) }
  /// None is to have a worker again.
  var areRetired: Bool { slots.allSatisfy(\.isRetired) }
  var occupied: [Int] { slots.indices.filter { slots[$0].isOccupied } }

  // MARK: Choosing

  /// The worker with least to do that can take more; a vacant slot, as long as all workers there
  /// are have something to do.
  /// - Parameters:
  ///   - lookAhead: batches it may hold at least.
  ///   - most: records it may hold at most.
  func choose(_ now: Nanoseconds, lookAhead: Int, most: Int) -> Int? {
    var best: (slot: Int, outstanding: Int)?
    for slot in slots.indices where canTakeMore(slot, lookAhead: lookAhead, most: most) {
      let outstanding = slots[slot].outstanding
      if outstanding == 0 { return slot }
      if best.map({ outstanding < $0.outstanding }) ?? true { best = (slot, outstanding) }
    }
    // Those that are to be there from the start come by themselves, and what would wait with
    // another worker is for them.
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

  /// The slot of a shard: the one of its number, or the next that is not given up.
  func slot(ofShard shard: Int) -> Int {
    let order = slots.indices.lazy.map { (shard + $0) % slots.count }
    return order.first { !slots[$0].isRetired } ?? shard
  }

  /// The worker that has a batch now, if any has.
  func holder(of batch: UInt64) -> Int? { slots.firstIndex { $0.holds(batch) } }

  /// The next moment after `now` at which a vacant slot may be filled again, or another have what
  /// was for one that is retired.
  func nextStart(after now: Nanoseconds) -> Nanoseconds? {
    let starts = slots.lazy.compactMap(\.forkableFrom).filter { $0 > now }
    return lastRetirement > now ? lastRetirement : starts.min()
  }

  // MARK: Forking

  mutating func fork(_ slot: Int) {
    guard slots[slot].occupy() else { return }
    forksUnderWay += 1
  }

  /// The slots of workers that are to be there from the start and are forked now: no more at a time
  /// than it takes to keep whoever forks them busy, so that those that are there are not kept
  /// waiting meanwhile.
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

  /// The worker of a slot has been forked, or never will be.
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
