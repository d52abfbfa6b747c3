public import VimapSystem

/// Why a pool cannot be made or cannot go on.
public enum PoolError: Error, Equatable {
  /// An option has a value that makes no sense; the text names it and says what would.
  case invalidOption(String)
  /// The program has `count` threads, and forking it is not safe.
  case threads(count: Int)
  /// The pool has been closed: its workers have left.
  case closed
  /// All workers are gone, and none can be started.
  case noWorkerLeft(reason: String)
  /// The pool's results are being waited for elsewhere: in another loop, or by one that asks the
  /// sequence of inputs which asks here.
  case inUse
  /// Results of another type come first: inputs of several types were given to the pool, and are
  /// to be read in the order they were given.
  case mixedInputs
  /// The operating system refused what the pool needs.
  case system(SystemError)
}

extension PoolError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidOption(let text): text
    case .threads(let count):
      "the program has \(count) threads, and a process with threads cannot be forked safely:"
        + " fork the pool before anything starts a thread, at the beginning of main (an async"
        + " function that is not @MainActor is too late), or set PoolOptions.allowsThreads"
    case .closed: "the pool is closed: to use it for more, pass closeIfDone: false"
    case .noWorkerLeft(let reason): "no worker is left: \(reason)"
    case .inUse: "the pool's results are being waited for elsewhere: one loop at a time can do that"
    case .mixedInputs: "results of inputs of another type have to be read first"
    case .system(let error): "\(error)"
    }
  }
}
