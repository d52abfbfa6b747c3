/// What a pool waits for, when it has nothing to do at the moment.
package enum WaitReason {
  /// For records: a worker could take more, and the input has none yet.
  case input
  /// For answers.
  case workers
  /// For the reader to take results.
  case output
  /// For the time to hand out more, because of a rate, a budget or a pause before another try.
  case pauses
  /// For the end of pauses that servers have asked for.
  case servers

  /// Chooses what holds the run up: if it came, the run could go on at once.
  init(_ moment: WaitingMoment) {
    // A worker that has no room for its answers waits for the same as the pool.
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

/// The state of a pool at the moment at which it begins to wait.
struct WaitingMoment {
  /// The input was asked for records, and has none yet.
  var isInputEmpty = false
  /// There are results that the output has not taken.
  var hasUntakenResults = false
  /// Records will be handed out at a later moment.
  var awaitsTurn = false
  /// A server has asked for a pause, and records wait for its end.
  var awaitsServers = false
  /// A worker could do more than it has to do, or another worker could be started.
  var hasIdleWorkers = false
  /// A worker has records and room for its answers, and does not only wait for a server's pause.
  var hasBusyWorkers = false
  /// A worker has records, and no room for its answers.
  var hasStuckWorkers = false
}
