/// What happens in a pool that somebody may want to hear of; whoever has the pool puts it into
/// words.
package enum PoolEvent {
  /// A worker has something to say, in its own words.
  case said(worker: Int, String)
  /// Answers and inputs of a worker did not match up, and these outputs of its that are on their
  /// way already may stand beside the wrong inputs.
  case outOfStep(worker: Int, SuspectRows?, String)
  /// A worker's command said something that answers no record; others are not in doubt.
  case stray(worker: Int, String)
  /// So many records failed that the run stops before its end (``PoolConfiguration/halt``).
  case halted(HaltPoint)
  /// Something is to be left alone for longer than a moment. Where that comes again and again, it
  /// is told once a minute, or once for each pause that is longer.
  case paused(KeyPause)
  /// Fewer workers than asked for can be started.
  case fewerWorkers(running: Int, reason: String)
}
