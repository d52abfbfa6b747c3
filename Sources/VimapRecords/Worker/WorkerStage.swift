/// What the pool still wants of a worker. It only ever wants less.
package enum WorkerStage: Comparable, Sendable {
  /// More batches may come.
  case open
  /// No more batches come. All that the worker has is to be answered.
  case closed
  /// Only what was begun is still this worker's; the pool takes the rest back.
  case retired
  /// As retired; and the run is stopped, so that what takes long may be cancelled.
  case recalled
}
