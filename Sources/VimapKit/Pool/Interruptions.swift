import VimapSystem

/// What to do about a signal.
package enum Interruption: Sendable {
  /// Read no more, finish what workers have begun, and answer the rest of what was read as
  /// cancelled.
  case finishBegun
  /// End at once.
  case abort
  /// Stop the workers' commands, and this process as SIGTSTP would; when it is continued, go on.
  case suspend
  /// Go on as if there had been none.
  case none
}

/// Signals and what to do about them.
final class Interruptions {
  let watch: SignalWatch
  let place: Int
  let decide: (CInt) -> Interruption

  init(watch: consuming SignalWatch, place: Int, decide: @escaping (CInt) -> Interruption) {
    self.watch = watch
    self.place = place
    self.decide = decide
  }
}

extension PoolDriver {
  /// Does what is decided about the signals that have come.
  func takeSignals() throws(SystemError) {
    while let signal = try watch.interruptions?.watch.next() {
      switch watch.interruptions?.decide(signal) {
      case .finishBegun:
        report.outcome = .interrupted
        // One that somebody has stopped could not finish.
        for slot in workers.slots { workers[slot]?.resumeCommand() }
        state.stop(.soon)
      case .abort: cutShort()
      case .suspend: suspend()
      case nil, .some(.none): break
      }
    }
  }

  /// Ends at once: workers are killed, and what they had is answered as cancelled. What the output
  /// does not take within a second is given up, and so is all that is left when it is asked for a
  /// second time.
  private func cutShort() {
    report.outcome = .interrupted
    guard lastMoment == nil else { return giveUp(.interrupted) }
    lastMoment = Clock.now() + .seconds(1)
    state.cutShort()
    performActions()
  }

  /// Gives up what is left when the time is over that a run has to end at once.
  func endAtLastMoment() {
    guard let moment = lastMoment, moment <= Clock.now(), !isGivenUp else { return }
    giveUp(.interrupted)
  }

  /// Stops, and goes on when this process is continued. Workers are told as a terminal would tell
  /// them, which is not theirs: those of commands stop these, and their clocks.
  private func suspend() {
    for slot in workers.slots { workers[slot]?.signal(Signals.suspend) }
    Signals.stopHere()
    for slot in workers.slots { workers[slot]?.signal(Signals.resume) }
  }
}
