import VimapSystem

/// A pool whose workers are processes.
///
/// It has no thread of its own: whoever wants results does what is to be done, under a lock. Where
/// several wait, one of them waits for the workers (it leads), and wakes the others when there is
/// something for them. Inputs are taken by the reader they are for, without the lock.
final class ForkedEngine: PoolEngine, @unchecked Sendable {
  // Unchecked, as the lanes are used under the lock.
  private let lock = Lock()
  private let lanes: ForkedLanes
  private let options: PoolOptions
  private let poller = Poller()
  /// Most bytes of a batch that has more than one input.
  private let room: Int

  init(_ options: PoolOptions, jobs: Int, body: @escaping WorkerBody) throws(PoolError) {
    self.options = options
    let threads = (try? SystemProcess.threadCount()) ?? 1
    guard threads == 1 || options.allowsThreads else { throw .threads(count: threads) }
    // What is still in it would be written by each process.
    SystemProcess.flushStreams()
    do throws(SystemError) {
      lanes = try ForkedLanes(options, jobs: jobs, poller, body: body)
    } catch {
      throw PoolError(error)
    }
    room = lanes.room
  }

  /// Does what is to be done without the lock.
  private func finishOff() { lock.withLock { lanes.takeAftermath() }.carryOut(options) }

  var progress: PoolProgress { lock.withLock { lanes.progress } }

  // MARK: Lanes

  func open(_ lane: Lane) throws(PoolError) {
    try lock.withLock { () throws(PoolError) in try lanes.check() }
    lane.onArrival { [weak self, weak lane] in
      guard let self, let lane else { return }
      lock.withLock { lanes.noteArrival(at: lane) }
    }
  }

  func discard(_ lane: Lane) {
    let unwanted = lock.withLock { lanes.discard(lane) }
    lane.forgetInputs()
    // Without the lock, as values that the program lets go of may use the pool.
    for kept in unwanted { kept.forget() }
    finishOff()
  }

  // MARK: Reading

  func next(for lane: Lane) throws -> ResultPiece? {
    while true {
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .wait(.follow(let waiter)): waiter.wait()
      case .wait(.lead(let places, let limit)):
        poller.wait(places, milliseconds: limit)
        lock.withLock { lanes.stopLeading() }
      }
    }
  }

  /// A lane has waited for the workers whose reader goes on when its actor lets it: the others do
  /// without it.
  private func stopLeading(_ lane: Lane) {
    lock.withLock {
      lanes.stopLeading()
      lanes.wakeOthers(than: lane)
    }
  }

  func next(for lane: Lane, isolation: isolated (any Actor)?) async throws -> ResultPiece? {
    while true {
      try Task.checkCancellation()
      switch try advance(lane) {
      case .results(let piece): return piece
      case .end: return nil
      case .wait(.follow(let waiter)): await waiter.wait(isolation: isolation)
      case .wait(.lead(let places, let limit)):
        await poller.wait(places, milliseconds: limit, isolation: isolation) {
          self.stopLeading(lane)
        }
      }
    }
  }

  /// Goes on as far as is possible without waiting.
  private func advance(_ lane: Lane) throws -> ForkedLanes.Step {
    defer { finishOff() }
    takeInputs(of: lane)
    return try lock.withLock { try lanes.step(lane) }
  }

  func lookAround(for lane: Lane) {
    // It takes a system call, which would show if it were made more often.
    let now = Clock.roughlyNow()
    guard lock.withLock({ lanes.lookAround(for: lane, now) }) else { return }
    takeInputs(of: lane)
    lock.withLock { lanes.wakeOthers(than: lane) }
    finishOff()
  }

  /// Gives the workers inputs of a lane, as long as they can use more and it is the lane's turn.
  private func takeInputs(of lane: Lane) {
    var wanted = lock.withLock { lanes.wanted(of: lane) }
    while let count = wanted {
      // The program's own code, which may do anything with the pool.
      let filling = lane.fill(count, room: room)
      wanted = lock.withLock { lanes.give(filling, of: lane) }
    }
  }

  // MARK: Leaving

  var isClosed: Bool { lock.withLock { !lanes.isOpen } }

  func close() throws(PoolError) {
    let poller = Poller()
    while let (places, limit) = leave() {
      poller.wait(places, milliseconds: limit)
      lock.withLock { lanes.takeEvents() }
    }
    try endLeaving()
  }

  func close(isolation: isolated (any Actor)?) async throws(PoolError) {
    let poller = Poller()
    while let (places, limit) = leave() {
      await poller.wait(
        places, milliseconds: limit, heedsCancellation: false, isolation: isolation)
      lock.withLock { lanes.takeEvents() }
    }
    try endLeaving()
  }

  /// - Returns: what is to be waited for, and for how long at most; `nil` where all have left.
  private func leave() -> (PollPlaces, Int?)? {
    lock.withLock {
      lanes.beginLeaving()
      return lanes.leaveFurther()
    }
  }

  private func endLeaving() throws(PoolError) {
    finishOff()
    if let error = lock.withLock({ lanes.takeBadEnd() }) { throw .finish(error) }
  }

  func letGo() { lock.withLock { lanes.letGo() } }
}
