/// A decision of a ``RecordPool``, for users who want to know why a run goes as it does.
package enum PoolDecision: Sendable {
  /// An input begins with a byte order mark, which is skipped and not taken as part of the first
  /// record.
  case byteOrderMark(file: String)
  /// A worker was started.
  case workerStarted(number: Int)
  /// A worker has ended. `asTold` says whether it was told to, `how` how it ended. Its slot is
  /// filled again no sooner than after `pause`.
  case workerEnded(number: Int, asTold: Bool, how: String, pause: Duration)
  /// From now on, about so many records are handed out at once. Small changes are not reported.
  case batchSize(Int)
  /// A record failed, and will be tried again after a pause. `attempt` is the try that failed, from
  /// 1.
  case retry(PoolStatus.Place, attempt: Int, pause: Duration)
  /// A server has asked for a pause of this length.
  case pausedKey(String, Duration)
  /// A decision of a worker, in its own words.
  case worker(number: Int, String)
}
