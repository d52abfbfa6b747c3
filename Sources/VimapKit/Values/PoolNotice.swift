/// What a program should know of a pool while it works.
public enum PoolNotice {
  /// Fewer workers than asked for can be started.
  case fewerWorkers(running: Int, reason: String)
  /// All workers are gone and none can be started; inputs that are left are not mapped.
  case noWorkerLeft(reason: String)
  /// A pool was let go of before all its inputs were mapped and all results handed out.
  case unreadResults
  /// An error ended a loop that could not throw it.
  case errorInLoop(any Error)
  /// Workers that did not leave in time were killed.
  case workersKilled(count: Int)
}
