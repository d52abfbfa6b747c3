import VimapSystem

extension PoolState {
  /// What is to be done.
  enum Action: Equatable {
    case fork(slot: Int)
    case send(slot: Int, batch: UInt64, records: Range<Int>, attempt: Int)
    /// The worker may be holding back answers, and can be given no more.
    case flush(slot: Int)
    case close(slot: Int)
    /// The worker is to begin no more, to say how many it has begun, and to leave after those.
    case recall(slot: Int)
    case kill(slot: Int)
    /// The parent itself answers these records with an exception.
    case except(batch: UInt64, records: Range<Int>, Cause)
    /// A record failed with this, and waits for another try.
    case park(batch: UInt64, record: Int, Cause, RetryQueue.NextTry)
    /// A record that has waited is tried no more, and answered with what it failed with.
    case answerParked(batch: UInt64, record: Int)
    /// Every record of the batch has been answered.
    case complete(batch: UInt64)
    /// There were so many failures that the run is stopped.
    case halted(HaltPoint)
    /// The run is over, and no worker is left.
    case finish
  }

  /// Why the parent answers a record itself.
  package enum Cause: Equatable {
    /// The worker process died over it.
    case workerDied(slot: Int, ProcessEnd, exitMessage: String, attempts: Int)
    /// The worker took longer over it than is allowed.
    case timedOut(slot: Int, attempts: Int)
    /// No worker is left that could have tried it, and none can be started.
    case cannotStart(WorkerFailure)
    /// The run was stopped before the record was tried, or tried again, or in the middle of it.
    case cancelled(attempts: Int, wasBegun: Bool, wasSent: Bool)
    /// It had an output, of which nobody knows any more whether it is its own.
    case unpaired
  }

  /// What the pool would do with more input: give a worker up to `records` of them.
  struct Demand: Equatable {
    var slot: Int
    var records: Int
  }
}
