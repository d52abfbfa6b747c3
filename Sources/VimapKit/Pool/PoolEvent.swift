/// Something that happens in a pool and that somebody may want to know. The owner of the pool puts
/// it into words.
package enum PoolEvent {
  /// A message from a worker, in its own words.
  case said(worker: Int, String)
  /// A worker's answers and inputs did not match up. The rows are outputs of this worker that are
  /// already on their way, and that may stand beside the wrong inputs.
  case outOfStep(worker: Int, SuspectRows?, String)
  /// A worker's command said something that answers no record. Its other answers are not in doubt.
  case stray(worker: Int, String)
  /// So many records failed that the run stops before its end (``PoolConfiguration/halt``).
  case halted(HaltPoint)
  /// A key is paused for longer than a moment. If the key is paused again and again, this is
  /// reported once a minute, and for each pause that is longer than the ones before.
  case paused(KeyPause)
  /// Fewer workers than asked for can be started.
  case fewerWorkers(running: Int, reason: String)
}
