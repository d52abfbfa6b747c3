import DequeModule
import VimapSystem

/// Who gets what where each batch is of a shard, and a shard's batches go to one seat.
extension PoolState {
  /// So many batches wait for the seats of their shards that no more are read: one shard that is
  /// slow then holds up the others.
  var isBacklogFull: Bool {
    rules.hasShards && requeued.count >= Self.backlog * rules.jobs
  }

  private static let backlog = 32

  /// Hands out what there is of each shard as far as its seat can take it, in order.
  mutating func sendToShards(_ now: Nanoseconds) {
    guard !requeued.isEmpty, startFailure == nil else { return }
    // It is given as much as it can be: most batches are of one record, and no other seat may have
    // them.
    func canTake(_ seat: Int) -> Bool {
      seats[seat].isOccupied
        ? canTakeMore(seat, lookAhead: Seat.mostBatches) : seats[seat].canFork(now)
    }
    var isOpen = seats.indices.map(canTake)
    guard isOpen.contains(true) else { return }
    var waiting: Deque<Assignment> = []
    /// It is nobody's turn, whatever the shard.
    var isHeldUp = false
    for assignment in requeued {
      let seat = seat(ofShard: assignment.shard ?? 0)
      let most = isOpen[seat] && !isHeldUp ? most(for: seat, now, cost: assignment.cost) : 0
      guard most > 0 else {
        if isOpen[seat], !isHeldUp {
          isHeldUp = true
          costAwaited = assignment.cost
        }
        waiting.append(assignment)
        continue
      }
      if !seats[seat].isOccupied { fork(seat) }
      let (first, later) = assignment.split(at: most)
      send(first, to: seat, now)
      // What is left of it goes ahead of what else there is for the seat.
      isOpen[seat] = later == nil && canTake(seat)
      if let later { waiting.append(later) }
    }
    requeued = waiting
    // With the last of it handed out, nothing more may come.
    closeIfDone()
  }

  /// The seat of a shard: the one of its number, or the next that is not given up.
  private func seat(ofShard shard: Int) -> Int {
    let order = (0..<rules.jobs).lazy.map { (shard + $0) % rules.jobs }
    return order.first { !seats[$0].isRetired } ?? shard
  }
}
