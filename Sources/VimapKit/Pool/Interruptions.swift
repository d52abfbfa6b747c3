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
        state.stop(.soon)
      case .abort: giveUp(.interrupted)
      case nil, .some(.none): break
      }
    }
  }
}
