import VimapSystem

/// A worker's place in its pool: its number, and the arguments bound to it.
package struct WorkerContext: Sendable {
  /// The number of the worker, from 0. A worker that replaces another has the same number.
  package let number: Int
  /// The number of workers in the pool.
  package let jobs: Int
  /// The bound arguments, by name.
  package let initArguments: [String: String]

  package init(
    number: Int, jobs: Int, initArguments: [String: String]
  ) {
    self.number = number
    self.jobs = jobs
    self.initArguments = initArguments
  }

  /// The environment variables of a worker's command, as `NAME=VALUE`: `VIMAP_WORKER`,
  /// `VIMAP_JOBS`, and a `VIMAP_INIT_…` for each bound argument.
  package var environment: [String] {
    ["VIMAP_WORKER=\(number)", "VIMAP_JOBS=\(jobs)"]
      + initArguments.sorted { $0.key < $1.key }.map { "VIMAP_INIT_\($0.key)=\($0.value)" }
  }
}

/// Why a worker cannot be set up, or cannot go on. No record is to blame for it.
package struct WorkerFailure: Error, Equatable, Sendable {
  /// What cannot be started, and the reason.
  package let message: String
  /// The error number, if a system call failed.
  package let errno: Int?

  /// A failure with its reason and, if a system call failed, the error number.
  package init(_ message: String, errno: Int? = nil) {
    self.message = message
    self.errno = errno
  }
}

/// Which records a worker's death is charged to.
package enum DeathAttribution: Sendable {
  /// The first record that it had begun: the worker does one record after the other.
  case firstBegun
  /// All records that it had begun: the worker does several at once, and each may have had an
  /// effect.
  case everyBegun
}
