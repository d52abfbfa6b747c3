/// What the pool still wants of a worker. It only ever wants less.
enum WorkerStage: Comparable {
  /// More batches may come.
  case open
  /// No more batches come. All that the worker has is to be answered.
  case closed
  /// Only what the command was fed is still this worker's; the pool takes the rest back.
  case retired
  /// As retired; and the run is stopped, so that what the command doesn't answer in the time that
  /// it has to leave is cancelled.
  case recalled

  mutating func move(to stage: WorkerStage) {
    assert(self < stage)
    self = stage
  }
}
