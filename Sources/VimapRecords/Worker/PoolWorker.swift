import VimapKit

/// What runs in a forked worker.
package protocol PoolWorker {
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
  package var endsItself: Bool { false }
}
