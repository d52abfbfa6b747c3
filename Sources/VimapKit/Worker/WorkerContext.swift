import VimapSystem

/// A worker's place in its pool: who it is and what it was bound to.
package struct WorkerContext: Sendable {
  /// From 0; a worker that replaces another has its number.
  package let number: Int
  /// Workers in the pool.
  package let jobs: Int
  /// Bound arguments by name.
  package let initArguments: [String: String]

  package init(
    number: Int, jobs: Int, initArguments: [String: String]
  ) {
    self.number = number
    self.jobs = jobs
    self.initArguments = initArguments
  }

  /// The variables a worker's command finds in its environment: `VIMAP_WORKER`, `VIMAP_JOBS` and a
  /// `VIMAP_INIT_…` for each bound argument, as `NAME=VALUE`.
  package var environment: [String] {
    ["VIMAP_WORKER=\(number)", "VIMAP_JOBS=\(jobs)"]
      + initArguments.sorted { $0.key < $1.key }.map { "VIMAP_INIT_\($0.key)=\($0.value)" }
  }
}

/// Why a worker cannot be set up, or not any more. It is nobody's fault: no record is charged with
/// it.
package struct WorkerFailure: Error, Equatable, Sendable {
  /// What cannot be started, and the reason.
  package let message: String
  /// The system's reason, where it is one.
  package let errno: Int?

  /// A failure with its reason and, where a system call failed, its number.
  package init(_ message: String, errno: Int? = nil) {
    self.message = message
    self.errno = errno
  }
}

/// Whom to hold responsible when a worker process dies with records unanswered.
package enum DeathAttribution: Sendable {
  /// The worker does one record after the other: the first that it had begun.
  case firstBegun
  /// The worker does several at once and each may have had an effect: all that it had begun.
  case everyBegun
}
