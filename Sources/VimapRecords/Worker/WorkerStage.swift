/// What the pool still wants of a worker. Each later case wants less.
package enum WorkerStage: Comparable, Sendable {
  /// More batches may come.
  case open
  /// No more batches come. Everything that the worker has must be answered.
  case closed
  /// The worker answers only what it has begun. The pool takes the rest back.
  case retired
  /// As retired, and the run is stopped, so what takes long may be cancelled.
  case recalled
}
