/// What a person should know while a ``Pool`` works. None of it is lost work: whatever becomes of
/// an input shows in its result.
public enum PoolNotice: Sendable {
  /// Fewer workers than asked for can be started.
  case fewerWorkers(running: Int, reason: String)
  /// A worker could not be set up: its `start()` threw, crashed, or took too long.
  case startFailed(WorkerError)
  /// A worker could not clean up: its `finish()` threw, crashed, or took too long.
  case finishFailed(WorkerError)
}

/// How far a pool has come.
public struct PoolProgress: Sendable, Equatable {
  /// Inputs that came out with an output.
  public var done: Int
  /// Inputs that came out with an error.
  public var failed: Int
  /// Inputs taken whose results have not been handed out, some dozens more at most.
  public var inFlight: Int
  /// Time since the pool was forked.
  public var elapsed: Duration

  /// Inputs that came out, per second since the pool was forked.
  public var rate: Double {
    let seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    return seconds > 0 ? Double(done + failed) / seconds : 0
  }
}
