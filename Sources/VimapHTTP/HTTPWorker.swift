import VimapKit
import VimapRecords

/// The pool worker that sends each record to a server and takes the answer as its output.
///
/// It works on as many records at once as ``HTTPConfiguration/concurrency`` says, and the pool's
/// `concurrency` should be the same. When it dies, each of these records may have had an effect, so
/// the pool's `attribution` should be `everyBegun`.
package struct HTTPWorker: PoolWorker {
  private let configuration: HTTPConfiguration

  package init(_ configuration: HTTPConfiguration) {
    self.configuration = configuration
  }

  /// - Throws: ``WorkerFailure`` if there is no URL, or libcurl can't be set up.
  package mutating func run(_ link: WorkerLink) throws {
    try HTTPSession(configuration, link).run()
  }
}
