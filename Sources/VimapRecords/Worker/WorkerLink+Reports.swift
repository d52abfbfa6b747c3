import VimapKit
import VimapSystem

/// What a worker tells the pool beside its results.
extension WorkerLink {
  /// Says that the worker is set up.
  package func reportReady() throws { try channel.tell(FromWorker(kind: .ready)) }

  /// Says that the worker's command was started again, for statistics.
  package func noteRestart() { channel.table?.noteRestart() }

  /// Says how many requests in flight the worker has come to, for statistics.
  package func note(concurrency: Double) { channel.table?.note(concurrency: concurrency) }

  /// Says that everything given is passed on, and taken, and not answered: more may help.
  package func reportWantsMore() throws { try channel.tell(FromWorker(kind: .wantsMore)) }

  /// Says that until this moment the worker can do nothing but wait for the end of pauses that
  /// servers have asked for; `nil` where it no longer has to.
  package func reportResting(until end: Nanoseconds?) throws {
    try channel.tell(FromWorker(kind: .resting, index: Int(clamping: end ?? 0)))
  }

  /// Passes on what a person should know.
  package func notice(_ text: String) throws {
    try channel.tell(FromWorker(kind: .notice), text)
  }

  /// Says what the worker has decided, where somebody wants to know why the run goes as it does;
  /// the text is only made then.
  package func explain(_ text: @autoclosure () -> String) throws {
    if explains { try channel.tell(FromWorker(kind: .decision), text()) }
  }

  /// Whether anybody wants to know how long records take.
  package var wantsTimes: Bool { encoder.withMeta || channel.table != nil }

  /// Says that all outputs flushed by now stand beside their own inputs.
  package func reportCertain() throws { try channel.tell(FromWorker(kind: .certain)) }

  /// Says that outputs since the last ``reportCertain()`` may stand beside the wrong inputs.
  /// - Parameters:
  ///   - text: why, for people.
  ///   - suspects: so many at most, the last ones; all where it is not given.
  package func reportOutOfStep(_ text: String, suspects: Int = .max) throws {
    try channel.tell(FromWorker(kind: .outOfStep, index: suspects), text)
  }

  /// Says that something came that answers no record, and that leaves no other in doubt.
  package func reportStray(_ text: String) throws {
    try channel.tell(FromWorker(kind: .stray), text)
  }

  /// Says that a command has come to its end without a single answer.
  package func reportInVain(_ text: String) throws {
    try channel.tell(FromWorker(kind: .inVain), text)
  }
}
