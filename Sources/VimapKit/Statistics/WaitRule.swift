/// What a pool that has nothing to do at the moment is waiting for.
package enum WaitReason {
  /// Records: a worker could take more, and the input has none yet.
  case input
  /// Answers.
  case workers
  /// That results are taken.
  case output
  /// That it is time to hand out more: for a rate or a budget, or for another try.
  case pauses
  /// That servers may be sent to again that have asked to be left alone.
  case servers

  /// Decides by what holds the run up: more of it would let the run go on at once.
  init(_ moment: WaitingMoment) {
    // A worker that can write nothing more waits for the same as the pool.
    if moment.hasUntakenResults, moment.hasStuckWorkers {
      self = .output
    } else if moment.isInputEmpty, moment.hasIdleWorkers {
      self = .input
    } else if moment.hasUntakenResults, !moment.hasBusyWorkers {
      self = .output
    } else if moment.awaitsServers, !moment.hasBusyWorkers {
      self = .servers
    } else if moment.awaitsTurn, moment.hasIdleWorkers {
      self = .pauses
    } else {
      self = .workers
    }
  }
}

/// A pool at the moment it begins to wait.
struct WaitingMoment {
  /// The input was asked for records, and has none yet.
  var isInputEmpty = false
  /// There are results that the output did not take.
  var hasUntakenResults = false
  /// Records will be handed out at a later moment.
  var awaitsTurn = false
  /// A server has asked to be left alone, and there are records that wait for that to be over.
  var awaitsServers = false
  /// A worker could do more than it has to do, or another worker could be started.
  var hasIdleWorkers = false
  /// A worker is at records, has room for its answers, and does not just wait for a server's pause.
  var hasBusyWorkers = false
  /// A worker has records, and no room for its answers.
  var hasStuckWorkers = false
}
