/// How far a run has come.
enum RunPhase: Equatable {
  /// There may be more input.
  case reading
  /// No more comes; what is there is done.
  case inputEnded
  /// Nothing more is read or begun, by someone's wish or because of failures.
  case stopping
  /// Nothing more is read or begun, as no worker can be had, for this reason. It isn't called
  /// stopping.
  case givenUp(WorkerFailure)
  /// No worker is left, nor anything to be done.
  case finished(wasStopped: Bool, WorkerFailure?)

  var mayRead: Bool { self == .reading }
  /// Records may be handed out, and tried again.
  var isUnderWay: Bool { self == .reading || self == .inputEnded }
  var isStopping: Bool { self == .stopping || self == .finished(wasStopped: true, nil) }

  /// Why no worker can be started, once that is clear.
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
