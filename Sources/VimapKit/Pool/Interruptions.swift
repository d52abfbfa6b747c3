import VimapSystem

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
    while let signal = try interruptions?.watch.next() {
      switch interruptions?.decide(signal) {
      case .drain:
        report.outcome = .interrupted
        // One that somebody has stopped could not finish.
        for seat in crew.seats { crew[seat]?.resumeCommand() }
        state.stop(.soon)
      case .abort: giveUp(.interrupted)
      case .suspend: suspend()
      case nil, .some(.none): break
      }
    }
  }

  /// Stops, and goes on when this process is continued. Workers are told as a terminal would tell
  /// them, which is not theirs: those of commands stop these, and their clocks.
  private func suspend() {
    for seat in crew.seats { crew[seat]?.signal(Signals.suspend) }
    Signals.stopHere()
    for seat in crew.seats { crew[seat]?.signal(Signals.resume) }
  }
}
