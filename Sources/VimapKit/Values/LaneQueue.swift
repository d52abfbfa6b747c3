import VimapSystem

/// The lanes that are read from: which of them waits for the workers (it leads), which for their
/// turn, and whose inputs are next.
///
/// It is used under the engine's lock.
final class LaneQueue {
  private let driver: PoolDriver
  private let poller: Poller
  private let mostUnfinished: Int?
  private let window: Int

  private var open: [Lane] = []
  private var waiting: [Lane] = []
  private var leader: Lane?
  /// What the leader waits for, and until when.
  private var ledPlaces = PollPlaces()
  private var ledUntil: Nanoseconds?
  /// Counts what happens that may let a lane take inputs that could not before.
  private var changes = 0

  /// - Parameters:
  ///   - poller: what the leader waits with.
  ///   - mostUnfinished: most inputs of a lane that are taken and not handed out.
  ///   - window: most bytes of a lane that wait for their turn, or to be handed out.
  init(_ driver: PoolDriver, _ poller: Poller, mostUnfinished: Int?, window: Int) {
    self.driver = driver
    self.poller = poller
    self.mostUnfinished = mostUnfinished
    self.window = window
  }

  /// Something has happened that may let a lane take inputs that could not before.
  func noteChange() { changes += 1 }

  // MARK: Reading

  /// A lane is being read.
  func enter(_ lane: Lane) {
    if lane.isOpen || lane.isFinished { return }
    lane.isOpen = true
    open.append(lane)
  }

  /// A lane is read no more.
  func leave(_ lane: Lane) {
    lane.isOpen = false
    open.removeAll { $0 === lane }
    waiting.removeAll { $0 === lane }
  }

  /// Several are being read.
  var areSeveral: Bool { open.count > 1 }

  /// Copies what lies in the slabs of workers that can do nothing for want of one: that which
  /// others than `lane` are to read, and what has not had its turn.
  /// - Returns: the pieces that are needed no more.
  func helpStuckWorkers(for lane: Lane) -> [ResultPiece] {
    driver.workers.slots.filter { driver.workers.isStuck($0) }.flatMap { slot in
      open.flatMap { $0.copyOut(of: slot, all: $0 !== lane) }
    }
  }

  // MARK: Waiting

  enum Wait {
    /// For the workers, so long at most.
    case lead(PollPlaces, Int?)
    case follow(Waiter)
  }

  /// What a lane has to wait for that cannot go on.
  func wait(_ lane: Lane) -> Wait {
    if leader == nil {
      leader = lane
      let limit = driver.prepareToWait()
      ledPlaces = driver.watch.poll.watched
      ledUntil = limit.map { Clock.now().plus(.milliseconds($0)) }
      return .lead(ledPlaces, limit)
    }
    let waiter = Waiter()
    lane.waiter = waiter
    waiting.append(lane)
    return .follow(waiter)
  }

  func stopLeading() { leader = nil }

  // MARK: Waking

  func wake(_ lane: Lane) {
    if leader === lane { return poller.wake() }
    guard let place = waiting.firstIndex(where: { $0 === lane }) else { return }
    waiting.remove(at: place)
    lane.waiter?.wake()
    lane.waiter = nil
  }

  /// Wakes those who can go on, and sees to it that somebody waits for the workers.
  /// - Parameter isOver: whether nothing goes on.
  func wakeOthers(than lane: Lane?, isOver: Bool) {
    if waiting.isEmpty, leader == nil || leader === lane { return }
    for other in waiting where isOver || other.isWorthWaking { wake(other) }
    if !isOver, let next = nextTaker, next !== lane, driver.demandOfLanes() != nil { wake(next) }
    if let leader, leader !== lane {
      if isOver || leader.isWorthWaking || mayTakeNow(leader) || hasNewsToAwait { poller.wake() }
    } else if leader == nil, let next = waiting.first {
      wake(next)
    }
  }

  /// A lane's inputs are about to be taken, which may take as long as it likes, and may itself wait
  /// for other lanes: they do without it.
  func doWithout(_ lane: Lane) {
    for other in waiting where other.isWorthWaking { wake(other) }
    if leader == nil, let next = waiting.first { wake(next) }
  }

  /// There is something that the leader does not wait for yet.
  private var hasNewsToAwait: Bool {
    let limit = driver.prepareToWait()
    if driver.watch.poll.watched != ledPlaces { return true }
    return limit.map { Clock.now().plus(.milliseconds($0)) < ledUntil ?? .max } ?? false
  }

  // MARK: Whose inputs are next

  func mayTake(_ lane: Lane) -> Bool { lane.mayTake(most: mostUnfinished, window: window) }

  /// How many inputs of a lane may still be taken.
  func credit(of lane: Lane) -> Int { (mostUnfinished ?? .max) - lane.unfinished }

  /// A lane has found out that no inputs are wanted of it.
  func noteTry(_ lane: Lane) { lane.triedAt = changes }

  /// The one of those who wait whose inputs are next.
  var nextTaker: Lane? { waiting.filter(mayTakeNow).min { $0.lastTurn < $1.lastTurn } }

  /// Somebody waits with a batch that there is no room for yet, and was there before.
  func isHeldUp(ahead lane: Lane) -> Bool {
    func isAhead(_ other: Lane) -> Bool { other.isReady && other.lastTurn < lane.lastTurn }
    return waiting.contains(where: isAhead) || leader.map(isAhead) == true
  }

  /// It may take inputs, and something has changed since it last found that none are wanted.
  private func mayTakeNow(_ lane: Lane) -> Bool { lane.triedAt != changes && mayTake(lane) }
}

extension Lane {
  /// Its reader can go on.
  fileprivate var isWorthWaking: Bool { hasResults || isFinished }
}
