import VimapBytes
import VimapSystem

/// What whoever has a pool asks of it and is told, beside ``PoolDriver/pump()`` and its like.
extension PoolDriver {
  /// Says where records come from, before anything is read.
  /// - Parameters:
  ///   - account: who keeps the account of them, where they are lines.
  ///   - onEvent: told of what happens.
  package func begin(
    _ feed: any Feed, account: any RecordAccount, onEvent: @escaping (PoolEvent) -> Void
  ) {
    self.feed = feed
    self.account = account
    self.onEvent = onEvent
  }

  /// Keeps in mind which outputs are not certain.
  /// - Parameter onLines: handed lines, and which of them are those of records whose outputs are
  ///   in doubt for good; `nil` where nobody wants them.
  package func keepDoubts(onLines: ((ByteView, Range<Int>) -> Void)?) {
    doubts = Doubts(slots: configuration.jobs, onLines: onLines)
  }

  /// Tells of what is decided.
  package func explain(to listener: ((PoolDecision) -> Void)?) { onDecision = listener }

  /// Takes signals into account while the pool runs.
  /// - Parameter decide: what to do about one that has come.
  package func watch(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    watch.add(signals, decide: decide)
  }

  /// Has somebody called now and then, and whoever was called before no more.
  package func watch(every pace: TickPace, _ body: @escaping () -> Void) { watch.add(pace, body) }

  /// Has a descriptor watched that is none of the pool's.
  package func watch(
    _ descriptor: CInt, while isWanted: @escaping () -> Bool, onReadable: @escaping () -> Void
  ) {
    watch.add(descriptor, while: isWanted, onReadable: onReadable)
  }

  /// What the run has come to by now.
  package var summary: PoolReport {
    var summary = report
    summary.outputs = flow.outputs
    summary.exceptions = flow.exceptionCount
    if let failure = state.phase.failure, summary.outcome == .complete {
      summary.outcome = .noWorker(failure.message)
    }
    return summary
  }

  /// The run is over: time is measured no more.
  package func noteEnd() { ended = Clock.now() }
}
