/// How far a run has come.
enum RunPhase: Equatable {
  /// There may be more input.
  case reading
  /// No more input comes. What was read is finished.
  case inputEnded
  /// Nothing more is read or begun, because somebody stopped the run or too many records failed.
  case stopping
  /// Nothing more is read or begun, because no worker can be started. This does not count as
  /// stopping.
  case givenUp(WorkerFailure)
  /// No worker is left, and there is nothing left to do.
  case finished(wasStopped: Bool, WorkerFailure?)

  var mayRead: Bool { self == .reading }
  /// Records may be handed out and tried again.
  var isUnderWay: Bool { self == .reading || self == .inputEnded }
  var isStopping: Bool { self == .stopping || self == .finished(wasStopped: true, nil) }

  /// Why no worker can be started, once that is certain.
  var failure: WorkerFailure? {
    switch self {
    case .givenUp(let failure): failure
    case .finished(_, let failure): failure
    case .reading, .inputEnded, .stopping: nil
    }
  }

  var isFinished: Bool {
    if case .finished = self { true } else { false }
  }
}
