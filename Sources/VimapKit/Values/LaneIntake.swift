import VimapBytes
import VimapSystem

/// Says how many inputs of a lane the workers can use, and gives them those.
///
/// It is used under the engine's lock. The inputs are taken without it, in between.
final class LaneIntake {
  private let driver: PoolDriver
  private let lanes: LaneQueue
  private var places: BatchPlaces
  private var turns = 0
  /// Most bytes of a batch that has more than one input.
  let room: Int

  init(_ driver: PoolDriver, _ lanes: LaneQueue) {
    self.driver = driver
    self.lanes = lanes
    places = BatchPlaces(driver.slabs)
    room = places.room
  }

  /// How many inputs are to be taken from a lane now.
  func wanted(of lane: Lane) -> Int? {
    if let failure = driver.state.phase.failure {
      answerTaken(of: lane, failure)
      return nil
    }
    defer { lanes.noteTry(lane) }
    let other = lanes.nextTaker
    guard let demand = driver.demandOfLanes() else { return nil }
    guard lanes.mayTake(lane) else { return other == nil ? blocked() : nil }
    if let other, other.lastTurn < lane.lastTurn {
      lanes.wake(other)
      return nil
    }
    let count = min(demand.records, lanes.credit(of: lane))
    guard count > 0, !lanes.isHeldUp(ahead: lane) else { return blocked() }
    // One that has a batch, and no room for it, keeps its turn.
    if !lane.isReady {
      turns += 1
      lane.noteTurn(turns)
    }
    return count
  }

  /// No more can be given for now: workers that wait for more are to let go of what they have.
  private func blocked() -> Int? {
    driver.state.inputIsBlocked()
    driver.performActions()
    return nil
  }

  /// Gives the workers what has been taken from a lane.
  /// - Returns: whether more may be taken.
  func give(_ filling: Lane.Filling, of lane: Lane) throws(SystemError) -> Bool {
    lane.noteFilling()
    switch filling {
    case .nothing:
      lanes.noteChange()
      return !lane.hasEnded && !lane.isSourceWaiting
    case .refused(let kept, let refusal):
      lanes.noteChange()
      let index = lane.taken
      lane.enter(kept, records: 1, bytes: 0)
      let failure = WorkerError(.unsendableInput, refusal, record: index, attempts: 0)
      driver.takeAnswered(failure.framed(), kept)
      // No worker slows this down, so what it gives is handed out before more is taken.
      return false
    case .batch(let kept):
      guard
        // Others may have been given theirs meanwhile.
        driver.state.admission.credit >= lane.readyRecords,
        let batch = try places.place(
          lane.readyBytes, records: lane.readyRecords, index: lane.taken, kept)
      else {
        _ = blocked()
        lanes.noteTry(lane)
        return false
      }
      lanes.noteChange()
      lane.clearReady()
      lane.enter(kept, records: batch.records, bytes: batch.length)
      driver.take(batch, for: driver.demandOfLanes())
      driver.performActions()
      return true
    }
  }

  /// What has been taken, and what no worker will see, comes out with that.
  private func answerTaken(of lane: Lane, _ failure: WorkerFailure) {
    while lane.takenAhead > 0 {
      let kept: KeptInputs
      let count: Int
      // As there is something ahead, nothing is taken from the source.
      switch lane.fill(1, room: room) {
      case .nothing: return
      case .refused(let inputs, _): (kept, count) = (inputs, 1)
      case .batch(let inputs):
        (kept, count) = (inputs, lane.readyRecords)
        lane.clearReady()
      }
      lane.isShort = true
      let first = lane.taken
      lane.enter(kept, records: count, bytes: 0)
      driver.state.takeAnswered(count)
      for record in 0..<count {
        let error = WorkerError(.cannotStart(failure), record: first + record)
        let frame = error.framed()
        lane.add(
          ResultPiece(
            bytes: frame.bytes, kind: .exception, source: .own(frame), batch: 0,
            records: record..<(record + 1), inputs: kept), of: kept)
      }
    }
  }

  /// Tells workers that the batches of a lane are not wanted any more.
  /// - Returns: the inputs of these batches.
  func drop(_ lane: Lane) -> [KeptInputs] {
    var dropped: [KeptInputs] = []
    driver.batches.forEach { batch in
      guard let kept = batch.inputs as? KeptInputs, kept.lane === lane else { return }
      places.drop(batch)
      dropped.append(kept)
    }
    return dropped
  }
}
