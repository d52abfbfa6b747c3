import VimapSystem

/// How fast records may be handed out. What is handed out is started at once, so that a worker has
/// no more than it can work on.
extension PoolState {
  /// Tries are started one after the other, by the clock.
  var isPaced: Bool { rate != nil || budget != nil }

  /// Most records a worker has at a time. Where more than one is due in the shortest time that can
  /// be waited for, it is given as many.
  private var mostAtOnce: Int {
    if isPaced { return max(rules.concurrency, rate?.perTick ?? 0) }
    return rules.handsOutSingly ? rules.concurrency : .max
  }

  /// - Parameter seat: by its number, so that it is looked at where it is: there may be thousands.
  @inline(__always)
  func canTakeMore(_ seat: Int, lookAhead: Int) -> Bool {
    seats[seat].canTakeMore(concurrency: rules.concurrency, lookAhead: lookAhead)
      && seats[seat].outstanding < mostAtOnce
  }

  /// How many records of a batch a seat may be given now.
  func most(for seat: Int, _ now: Nanoseconds, cost: Double = 0) -> Int {
    let quota = quota(of: seat)
    guard isPaced || rules.handsOutSingly else { return quota }
    if isHeld(now) || budget?.mayGo(cost, now) == false { return 0 }
    return min(quota, mostAtOnce - seats[seat].outstanding, rate?.allowance(now) ?? .max)
  }

  /// Whether nothing is handed out since no server takes anything: what was due meanwhile would all
  /// be sent in the moment in which one does.
  func isHeld(_ now: Nanoseconds) -> Bool { isPaced && now < pauseEnd ?? 0 }

  mutating func noteStart(_ assignment: Assignment, _ now: Nanoseconds) {
    rate?.take(Double(assignment.records.count), now)
    budget?.take(assignment.cost, now)
  }

  /// When the next try may be started, where one is wanted and that is after `now`.
  func nextTurn(after now: Nanoseconds) -> Nanoseconds? {
    guard !requeued.isEmpty || !inputHasEnded else { return nil }
    if isHeld(now) { return pauseEnd }
    let turns = [rate?.next(1, after: now), budget?.next(costAwaited, after: now)]
    return turns.compactMap(\.self).min()
  }
}
