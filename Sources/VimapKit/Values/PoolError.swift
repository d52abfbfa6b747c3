import VimapSystem

/// Why a pool cannot be made or cannot go on.
public enum PoolError: Error, Equatable {
  /// An option has a value that makes no sense; the text names it and says what would.
  case invalidOption(String)
  /// The program has `count` threads, and forking it is not safe.
  case threads(count: Int)
  /// The pool has been closed: its workers have left.
  case closed
  /// All workers are gone, and none can be started; inputs are left that were not mapped.
  case noWorkerLeft(reason: String)
  /// A worker could not clean up: its `finish()` threw, crashed, or took too long.
  case finish(WorkerError)
  /// A mapping is read once.
  case alreadyRead
  /// The operating system refused what the pool needs: the call that failed, and why.
  case system(call: String, reason: String)

  init(_ error: SystemError) { self = .system(call: error.call, reason: "\(error.code)") }
}

extension PoolError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidOption(let text): text
    case .threads(let count):
      "the program has \(count) threads, and a process with threads cannot be forked safely:"
        + " fork the pool before anything starts a thread, at the beginning of main (an async"
        + " function that is not @MainActor is too late), or set PoolOptions.allowsThreads"
    case .closed: "the pool is closed"
    case .noWorkerLeft(let reason): "no worker is left: \(reason)"
    case .finish(let error): "a worker could not clean up: \(error.message)"
    case .alreadyRead: "the results of a mapping are read once: call imap again for others"
    case .system(let call, let reason): "the system refused what the pool needs: \(call): \(reason)"
    }
  }
}
