import VimapSystem

/// A worker's place in its pool: who it is and what it was bound to.
public struct WorkerContext: Sendable {
  /// From 0; a worker that replaces another has its number.
  public let number: Int
  /// Workers in the pool.
  public let jobs: Int
  /// Bound arguments by name.
  public let initArguments: [String: String]

  /// The variables a worker's command finds in its environment: `VIMAP_WORKER`, `VIMAP_JOBS` and a
  /// `VIMAP_INIT_…` for each bound argument, as `NAME=VALUE`.
  public var environment: [String] {
    ["VIMAP_WORKER=\(number)", "VIMAP_JOBS=\(jobs)"]
      + initArguments.sorted { $0.key < $1.key }.map { "VIMAP_INIT_\($0.key)=\($0.value)" }
  }
}

/// What runs in a forked worker.
public protocol PoolWorker {
  /// Takes batches from the link and answers every record of them, until the link says that there
  /// are no more. Returning ends the process.
  ///
  /// It says that it is set up with ``WorkerLink/reportReady()``; before that it is given nothing.
  ///
  /// - Throws: ``WorkerFailure`` where the worker cannot be set up; anything else counts as the
  ///   worker's death.
  mutating func run(_ link: WorkerLink) throws

  /// Whether the worker notices by itself, from its link's end, that the parent has died; it then
  /// has the time to end what it started. Other workers are ended by the kernel.
  var endsItself: Bool { get }
}

extension PoolWorker {
  public var endsItself: Bool { false }
}

/// Why a worker cannot be set up, or not any more. It is nobody's fault: no record is charged with
/// it.
public struct WorkerFailure: Error, Equatable, Sendable {
  /// What cannot be started, and the reason.
  public let message: String
  /// The system's reason, where it is one.
  public let errno: Int?

  /// A failure with its reason and, where a system call failed, its number.
  public init(_ message: String, errno: Int? = nil) {
    self.message = message
    self.errno = errno
  }
}

/// Whom to hold responsible when a worker process dies with records unanswered.
public enum DeathAttribution: Sendable {
  /// The worker does one record after the other: the first that it had begun.
  case firstBegun
  /// The worker does several at once and each may have had an effect: all that it had begun.
  case everyBegun
}
