import VimapBytes
import VimapSystem

/// What the end of a worker means for the records it had.
extension PoolState {
  /// The worker has been at the record it is at for longer than is allowed, and is to be ended.
  /// - Parameter begun: how many records it had begun by then.
  mutating func workerIsLate(_ seat: Int, begun: UInt64) {
    guard seats[seat].isOccupied, seats[seat].lateAt == nil else { return }
    seats[seat].lateAt = begun
    actions.append(.kill(seat: seat))
  }

  /// Whether the end of a seat's worker is just what it was told.
  func hasLeft(_ seat: Int) -> Bool {
    seats[seat].isClosing && seats[seat].isReady && seats[seat].outstanding == 0
      && seats[seat].failure == nil
  }

  /// A worker process is gone.
  /// - Parameters:
  ///   - begun: how many records it had begun, of those sent to it since it was forked.
  ///   - unsent: those of them that it had not sent on.
  mutating func workerEnded(
    _ seat: Int, _ end: ProcessEnd, begun: UInt64, unsent: UnsentRecords = .none,
    now: Nanoseconds
  ) {
    noteForked(seat)
    let ended = seats[seat]
    seats[seat].vacate()
    let all = ended.assignments.flatMap { unanswered(in: $0) }.map { $0.parted(by: unsent) }
    var (left, untouched) = (all.flatMap(\.sent), all.flatMap(\.unsent))
    if ended.isCutOff {
      if let startFailure {
        refuse(left, begun: begun, startFailure)
        refuse(untouched, begun: 0, startFailure)
      } else {
        cancel(left, begun: begun)
        cancel(untouched, begun: 0)
      }
      return closeIfDone()
    }
    // One that dies of the first record it is given has got somewhere: the record is answered.
    let hasSentNothing = left.isEmpty && !untouched.isEmpty
    let wasInVain =
      ended.answersSinceFork == 0
      && (hasSentNothing || begun == 0 && (!left.isEmpty || !ended.isReady))
    if wasInVain || ended.failure != nil {
      seats[seat].deaths = ended.deaths + 1
      seats[seat].retryTime = now.plus(Seat.backOff(after: seats[seat].deaths))
    }
    let isHopeless = seats[seat].deaths >= Self.patience || ended.isHopeless
    if hasSentNothing, isHopeless {
      // What is at the head of them is all that there is to blame.
      (left, untouched) = (untouched, [])
    }
    if ended.failure != nil {
      requeued.insert(contentsOf: left, at: 0)
    } else {
      blame(left, of: ended, seat, end, begun: begun, isHopeless: isHopeless, now)
    }
    requeued.insert(contentsOf: untouched, at: 0)
    cancelRequeued()
    if isHopeless, !isStopping, ended.failure != nil || !ended.isReady {
      seats[seat].isRetired = true
      // What it was to have can go to others at once.
      seats[seat].retryTime = now
      // Where seats are filled on demand, those that are empty would fare no better.
      if seats.allSatisfy({ !$0.isOccupied && ($0.isRetired || !rules.startsAll) }) {
        giveUp(ended.failure ?? WorkerFailure("worker \(seat) ends before it is ready"))
      }
    }
    startMore()
    closeIfDone()
  }

  func unanswered(in assignment: Assignment) -> [Assignment] {
    var open = ledgers[assignment.batch]?.unanswered(in: assignment.records) ?? []
    if !assignment.gone.isEmpty {
      open = RangeSet(open).subtracting(assignment.gone).ranges.map { $0 }
    }
    return open.map { assignment.part($0) }
  }

  /// Takes apart what a dead worker left: the records it is held responsible for are tried again
  /// or answered with an exception, the others go to another worker.
  private mutating func blame(
    _ left: [Assignment], of ended: Seat, _ seat: Int, _ end: ProcessEnd, begun: UInt64,
    isHopeless: Bool, _ now: Nanoseconds
  ) {
    // A worker that was late with one record, and had gone on to the next when its end came, has
    // failed with neither.
    let isPardoned = ended.lateAt.map { $0 < begun } ?? false
    var again: [Assignment] = []
    var mayBlame = !isPardoned
    for assignment in left {
      let wasBegun =
        begun > assignment.start
        ? min(Int(begun - assignment.start), assignment.records.count) : 0
      var guilty: Int
      switch rules.blame {
      case .firstBegun: guilty = mayBlame ? min(1, wasBegun) : 0
      case .everyBegun: guilty = wasBegun
      }
      if mayBlame, guilty == 0, isHopeless { guilty = 1 }
      mayBlame = false
      tries.add(max(guilty, wasBegun), attempt: assignment.attempt)
      let first = assignment.records.lowerBound
      for record in first..<(first + guilty) {
        let isLate = ended.lateAt != nil
        let cause: Cause =
          isLate
          ? .timedOut(seat: seat, attempts: assignment.attempt)
          : .workerDied(
            seat: seat, end, lastWords: ended.lastWords, attempts: assignment.attempt)
        if mayRetry(assignment), rules.retry.kinds.contains(isLate ? .timeout : .worker) {
          wait(assignment.part(record..<(record + 1)), pause: nil, wasSent: true, now: now)
          actions.append(.hold(batch: assignment.batch, record: record, cause))
          continue
        }
        except(assignment.batch, record..<(record + 1), cause)
      }
      let tried = (first + guilty)..<(first + max(guilty, wasBegun))
      let untouched = tried.upperBound..<assignment.records.upperBound
      var begun = assignment.part(tried, attempt: assignment.attempt + 1)
      begun.mayBeSent = true
      again.append(begun)
      again.append(assignment.part(untouched))
    }
    requeued.insert(contentsOf: again.filter { !$0.records.isEmpty }, at: 0)
  }

  mutating func except(_ batch: UInt64, _ records: Range<Int>, _ cause: Cause) {
    guard ledgers[batch]?.mark(records) == true else { return }
    noteExcepted(records.count)
    actions.append(.except(batch: batch, records: records, cause))
    completeIfDone(batch, nil)
    noteFinished(records.count, failed: true)
  }

  /// Commands that may end without an answer, before there is any output, until it is clear that
  /// others would end so too.
  static let mostVainCommands = 5

  /// A worker's command has come to its end without a single answer.
  /// - Parameter text: how.
  mutating func commandWasInVain(_ text: String) {
    guard finished == failed, startFailure == nil, !isStopping else { return }
    vainCommands += 1
    guard vainCommands >= Self.mostVainCommands else { return }
    giveUp(WorkerFailure("\(text) (so it went \(vainCommands) times, and never otherwise)"))
  }

  /// No worker can be had: what was read is answered with that, and the rest is not read.
  mutating func giveUp(_ failure: WorkerFailure) {
    guard startFailure == nil else { return }
    startFailure = failure
    inputHasEnded = true
    let cause = Cause.cannotStart(failure)
    answerWaiting()
    for left in requeued { except(left.batch, left.records, cause) }
    requeued.removeAll()
    for seat in seats.indices {
      if seats[seat].isOccupied {
        // What it has begun shows when it has ended.
        seats[seat].isCutOff = true
        actions.append(.kill(seat: seat))
      } else {
        for left in seats[seat].assignments.flatMap({ unanswered(in: $0) }) {
          except(left.batch, left.records, cause)
        }
        seats[seat].assignments.removeAll()
      }
    }
  }

  /// Answers what a worker had that was killed because others like it never answer.
  /// - Parameter begun: how many records it had begun; what came of those nobody knows.
  private mutating func refuse(_ left: [Assignment], begun: UInt64, _ failure: WorkerFailure) {
    for assignment in left {
      let (begun, rest) = assignment.cut(after: begun)
      cancel(begun, wasBegun: true)
      if !rest.records.isEmpty { except(rest.batch, rest.records, .cannotStart(failure)) }
    }
  }
}
