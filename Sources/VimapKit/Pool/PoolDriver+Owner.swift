import VimapBytes
import VimapSystem

/// What the owner of a pool calls, beside ``PoolDriver/pump()`` and ``PoolDriver/wait()``.
extension PoolDriver {
  /// Sets where records come from. Called before anything is read.
  /// - Parameters:
  ///   - account: keeps the account of the records, if they are lines.
  ///   - onEvent: called with what happens.
  package func begin(
    _ feed: any Feed, account: any RecordAccount, onEvent: @escaping (PoolEvent) -> Void
  ) {
    self.feed = feed
    self.account = account
    self.onEvent = onEvent
  }

  /// Starts to keep track of outputs that are not certain.
  /// - Parameter onLines: is given lines, and the range of them that belongs to suspects. `nil` if
  ///   nobody wants the lines.
  package func keepDoubts(onLines: ((ByteView, Range<Int>) -> Void)?) {
    doubts = Doubts(slots: configuration.jobs, onLines: onLines)
  }

  /// Reports decisions to a listener; `nil` ends that.
  package func explain(to listener: ((PoolDecision) -> Void)?) {
    decisions.setListener(listener)
  }

  /// Handles signals while the pool runs.
  /// - Parameter decide: says what to do about a signal.
  package func watch(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    watch.add(signals, decide: decide)
  }

  /// Has a body called now and then, in place of the one that was called before.
  package func watch(every pace: TickPace, _ body: @escaping () -> Void) { watch.add(pace, body) }

  /// Watches a descriptor that does not belong to the pool.
  package func watch(
    _ descriptor: CInt, while isWanted: @escaping () -> Bool, onReadable: @escaping () -> Void
  ) {
    watch.add(descriptor, while: isWanted, onReadable: onReadable)
  }

  /// The state of the run so far.
  package var summary: PoolReport {
    var summary = report
    summary.outputs = flow.outputs
    summary.exceptions = flow.exceptionCount
    if let failure = state.phase.failure, summary.outcome == .complete {
      summary.outcome = .noWorker(failure.message)
    }
    return summary
  }

  /// Notes that the run is over, so that time is measured no further.
  package func noteEnd() { ended = Clock.now() }

  // MARK: The end

  /// Has the workers leave without being waited for; nothing may be done with the pool afterwards.
  /// - Parameter time: how long they may take.
  func letGo(within time: Nanoseconds) {
    workers.letGo(within: time)
    batches.removeAll()
  }

  /// Ends what is left of the pool; nothing may be done with it afterwards.
  package func disband() {
    workers.disband(watchedBy: &watch.poll)
    batches.removeAll()
  }
}
