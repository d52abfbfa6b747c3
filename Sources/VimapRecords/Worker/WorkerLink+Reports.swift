import VimapKit
import VimapSystem

/// What a worker reports to the pool beside its results.
extension WorkerLink {
  /// Reports that the worker is set up.
  package func reportReady() throws { try channel.tell(FromWorker(kind: .ready)) }

  /// Notes that the worker's command was started again, for statistics.
  package func noteRestart() { channel.table?.noteRestart() }

  /// Notes how many requests at once the worker has settled on, for statistics.
  package func note(concurrency: Double) { channel.table?.note(concurrency: concurrency) }

  /// Reports that the command has read all records and does not answer: more records may help.
  package func reportWantsMore() throws { try channel.tell(FromWorker(kind: .wantsMore)) }

  /// Reports that, until `end`, all records wait for the end of pauses that servers have asked for.
  /// `nil` if they no longer have to wait.
  package func reportResting(until end: Nanoseconds?) throws {
    try channel.tell(FromWorker(kind: .resting, index: Int(clamping: end ?? 0)))
  }

  /// Passes on what users should know.
  package func notice(_ text: String) throws {
    try channel.tell(FromWorker(kind: .notice), text)
  }

  /// Reports what the worker has decided, if somebody wants to know why the run goes as it does.
  /// The text is only made in that case.
  package func explain(_ text: @autoclosure () -> String) throws {
    if explains { try channel.tell(FromWorker(kind: .decision), text()) }
  }

  /// Whether anybody wants to know how long records take.
  package var wantsTimes: Bool { encoder.withMeta || channel.table != nil }

  /// Reports that all outputs flushed so far stand beside their own inputs.
  package func reportCertain() throws { try channel.tell(FromWorker(kind: .certain)) }

  /// Reports that outputs since the last ``reportCertain()`` may stand beside the wrong inputs.
  /// - Parameters:
  ///   - text: why, for users.
  ///   - suspects: the most outputs that this is true of, counted back from the last; by default,
  ///     all.
  package func reportOutOfStep(_ text: String, suspects: Int = .max) throws {
    try channel.tell(FromWorker(kind: .outOfStep, index: suspects), text)
  }

  /// Reports that something came that answers no record, and leaves no other record in doubt.
  package func reportStray(_ text: String) throws {
    try channel.tell(FromWorker(kind: .stray), text)
  }

  /// Reports that a command has ended without a single answer.
  package func reportInVain(_ text: String) throws {
    try channel.tell(FromWorker(kind: .inVain), text)
  }
}
