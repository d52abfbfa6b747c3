/// What a ``RecordPool`` has decided, for those who want to know why a run goes as it does.
package enum PoolDecision: Sendable {
  /// An input begins with the mark that says that it is UTF-8, which is no part of its first
  /// record.
  case byteOrderMark(file: String)
  /// A worker was started.
  case workerStarted(number: Int)
  /// A worker has ended: whether it was told to, and how. Another may take its place, not before
  /// so much time has passed.
  case workerEnded(number: Int, asTold: Bool, how: String, pause: Duration)
  /// From now on about so many records are handed out at once. Small changes are not told.
  case batchSize(Int)
  /// A record failed and is to be tried again after a pause. The try that failed was this one, from
  /// 1.
  case retry(PoolStatus.Place, attempt: Int, pause: Duration)
  /// A server has asked to be left alone for so long.
  case pausedKey(String, Duration)
  /// A worker's own decision, in its words.
  case worker(number: Int, String)
}
