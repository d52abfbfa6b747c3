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
