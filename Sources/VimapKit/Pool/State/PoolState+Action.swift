import VimapSystem

extension PoolState {
  /// Something for the driver to do.
  enum Action: Equatable {
    case fork(slot: Int)
    case send(slot: Int, batch: UInt64, records: Range<Int>, attempt: Int)
    /// The worker gets no more for now, so it must give the answers that it may hold back.
    case flush(slot: Int)
    case close(slot: Int)
    /// The worker must begin nothing more, say how many records it has begun, and leave once these
    /// are answered.
    case recall(slot: Int)
    case kill(slot: Int)
    /// The parent answers these records itself, with an exception.
    case except(batch: UInt64, records: Range<Int>, Cause)
    /// A record failed for this reason, and waits for another try.
    case park(batch: UInt64, record: Int, Cause, RetryQueue.NextTry)
    /// A parked record gets no more tries, and is answered with the exception of its last try.
    case answerParked(batch: UInt64, record: Int)
    /// Every record of the batch has been answered.
    case complete(batch: UInt64)
    /// So many records failed that the run is stopped.
    case halted(HaltPoint)
    /// The run is over, and no worker is left.
    case finish
  }

  /// Why the parent answers a record itself.
  package enum Cause: Equatable {
    /// The worker process died of the record.
    case workerDied(slot: Int, ProcessEnd, exitMessage: String, attempts: Int)
    /// The worker took longer over the record than allowed.
    case timedOut(slot: Int, attempts: Int)
    /// No worker is left to try the record, and none can be started.
    case cannotStart(WorkerFailure)
    /// The run was stopped before the record was tried, before it was tried again, or during a try.
    case cancelled(attempts: Int, wasBegun: Bool, wasSent: Bool)
    /// The record had an output, but it is no longer known whether the output is its own.
    case unpaired
  }

  /// A demand for input: the pool would give a worker up to `records` more records.
  struct Demand: Equatable {
    var slot: Int
    var records: Int
  }
}
