import VimapKit

/// What runs in a forked worker. It sets itself up and runs a loop around the link, which may be
/// ``WorkerLink/serve(_:)``.
package protocol PoolWorker {
  /// Takes batches from the link and answers every record of them, until the link says that there
  /// are no more. The process ends when this returns.
  ///
  /// The worker reports with ``WorkerLink/reportReady()`` that it is set up. It is given nothing
  /// before that.
  ///
  /// - Throws: ``WorkerFailure`` if the worker cannot be set up. Any other error counts as the
  ///   worker's death.
  mutating func run(_ link: WorkerLink) throws

  /// Whether the worker itself notices that the parent has died, by the end of its link. It then
  /// has the time to end what it started. Other workers are killed by the kernel.
  var endsItself: Bool { get }
}

extension PoolWorker {
  package var endsItself: Bool { false }
}
