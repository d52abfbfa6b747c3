import VimapKit
import VimapRecords
import VimapSystem

/// The pool worker that starts a command for each record, hands it the record, and takes all it
/// prints as the answer.
package struct EachWorker: PoolWorker {
  private let configuration: ExecConfiguration

  package init(_ configuration: ExecConfiguration) {
    self.configuration = configuration
  }

  /// The command must be ended by its worker when the parent dies.
  package var endsItself: Bool { true }

  /// - Throws: ``WorkerFailure`` where the command is none that can be run.
  package mutating func run(_ link: WorkerLink) throws {
    Signals.ignoreFailedWrites()
    let arguments = EachArguments(configuration, link.context)
    // The program is looked for first, so that no record is spent on one that is not there.
    if let program = arguments.program { try configuration.check(program) }
    try link.reportReady()
    let signals = try CommandSignals(link: link.descriptor)
    var supervisor = EachSupervisor(link, configuration, arguments, signals)
    try link.serve(&supervisor)
  }
}
