import VimapSystem

/// Who is given what, and when nobody is given anything any more.
extension PoolState {
  mutating func fork(_ seat: Int) {
    seats[seat].occupy()
    forksUnderWay += 1
    actions.append(.fork(seat: seat))
  }

  /// Has workers forked that are to be there from the start, no more at a time than it takes to
  /// keep whoever forks them busy, so that those that are there are not kept waiting meanwhile.
  mutating func startMore() {
    while nextToStart < rules.startsAtOnce, forksUnderWay < rules.mostForksUnderWay, !inputHasEnded
    {
      if !seats[nextToStart].isOccupied { fork(nextToStart) }
      nextToStart += 1
    }
  }

  /// A seat's worker has been forked, or never will be.
  mutating func noteForked(_ seat: Int) {
    guard seats[seat].isOccupied, !seats[seat].isForked else { return }
    seats[seat].isForked = true
    forksUnderWay -= 1
  }

  /// The worker with least to do that can take more; a vacant seat, as long as all workers there
  /// are have something to do.
  /// - Parameter lookAhead: batches it may hold at least.
  func chooseSeat(_ now: Nanoseconds, lookAhead: Int = 0) -> Int? {
    var best: Int?
    for index in seats.indices
    where canTakeMore(index, lookAhead: lookAhead) {
      if best.map({ seats[index].outstanding < seats[$0].outstanding }) ?? true { best = index }
      if seats[index].outstanding == 0 { return index }
    }
    // Those that are to be there from the start come by themselves, and what would wait with
    // another worker is for them.
    if nextToStart < rules.startsAtOnce {
      return (0..<nextToStart).first { seats[$0].canFork(now) }
    }
    return seats.indices.first { seats[$0].canFork(now) } ?? best
  }

  mutating func send(_ assignment: Assignment, to seat: Int, _ now: Nanoseconds) {
    seats[seat].assign(assignment, now)
    actions.append(
      .send(
        seat: seat, batch: assignment.batch, records: assignment.records,
        attempt: assignment.attempt))
    noteStart(assignment, now)
    if quota(of: seat) <= 0 { close(seat) }
  }

  mutating func close(_ seat: Int) {
    seats[seat].isClosing = true
    actions.append(.close(seat: seat))
  }

  mutating func sendRequeued(_ now: Nanoseconds) {
    // Of single records, a worker that is fast is given more than it is of batches.
    while let next = requeued.first, startFailure == nil,
      let seat = chooseSeat(now, lookAhead: next.isRetry ? min(Seat.mostBatches, sizer.records) : 0)
    {
      let most = most(for: seat, now, cost: next.cost)
      guard most > 0 else {
        costAwaited = next.cost
        return
      }
      if !seats[seat].isOccupied { fork(seat) }
      let assignment = requeued.removeFirst()
      let (first, later) = assignment.split(at: most)
      if let later { requeued.prepend(later) }
      send(first, to: seat, now)
      // With the last of it handed out, nothing more may come.
      closeIfDone()
    }
  }

  mutating func noteExcepted(_ records: Int) { inFlight -= records }

  mutating func completeIfDone(_ batch: UInt64, _ seat: Int?) {
    if let seat { dropIfDone(batch, seat) }
    guard ledgers[batch]?.isComplete == true else { return }
    ledgers[batch] = nil
    actions.append(.complete(batch: batch))
  }

  /// Takes off a seat what it was given of a batch, as far as all of it is answered or elsewhere.
  mutating func dropIfDone(_ batch: UInt64, _ seat: Int) {
    guard let ledger = ledgers[batch], !ledger.isComplete else { return seats[seat].drop(batch) }
    let done = seats[seat].assignments.indices.filter {
      let part = seats[seat].assignments[$0]
      return part.batch == batch && (part.records.count < ledger.count || !part.gone.isEmpty)
        && unanswered(in: part).isEmpty
    }
    for place in done.reversed() { seats[seat].assignments.remove(at: place) }
  }

  /// Once nothing is left to hand out, workers are told so: a command that holds its answers back
  /// gives them when its input ends. The run is over when the last worker has left.
  mutating func closeIfDone() {
    guard inputHasEnded, requeued.isEmpty, !isFinished else { return }
    if awaitsRetries { return drainAll() }
    for seat in seats.indices where seats[seat].isOccupied && !seats[seat].isClosing {
      close(seat)
    }
    if ledgers.isEmpty, !seats.contains(where: \.isOccupied) {
      isFinished = true
      actions.append(.finish)
    }
  }
}
