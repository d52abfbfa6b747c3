import VimapSystem

/// What to do about a signal.
package enum Interruption: Sendable {
  /// Read no more, finish what workers have begun, and answer the rest of what was read as
  /// cancelled.
  case finishBegun
  /// End at once.
  case abort
  /// Stop the workers' commands, and stop this process as SIGTSTP would. Go on when it is
  /// continued.
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
  /// Handles the signals that have arrived.
  func takeSignals() throws(SystemError) {
    while let signal = try watch.interruptions?.watch.next() {
      switch watch.interruptions?.decide(signal) {
      case .finishBegun:
        report.outcome = .interrupted
        // A command that somebody has stopped could not finish.
        for slot in workers.slots { workers[slot]?.resumeCommand() }
        state.stop(.soon)
      case .abort: cutShort()
      case .suspend: suspend()
      case nil, .some(.none): break
      }
    }
  }

  /// Ends the run at once: kills the workers, and answers the records they had as cancelled. The
  /// output gets one more second; what it has not taken by then is given up. At a second request,
  /// everything that is left is given up immediately.
  private func cutShort() {
    report.outcome = .interrupted
    guard lastMoment == nil else { return giveUp(.interrupted) }
    lastMoment = Clock.now() + .seconds(1)
    state.cutShort()
    performActions()
  }

  /// Gives the run up once its last moment has passed.
  func endAtLastMoment() {
    guard let moment = lastMoment, moment <= Clock.now(), !isGivenUp else { return }
    giveUp(.interrupted)
  }

  /// Stops this process until it is continued. The workers are in no process group of the terminal,
  /// so the pool passes the signals on. A command's worker then stops the command, and its own
  /// clock.
  private func suspend() {
    for slot in workers.slots { workers[slot]?.signal(Signals.suspend) }
    Signals.stopHere()
    for slot in workers.slots { workers[slot]?.signal(Signals.resume) }
  }
}
