import VimapKit
import VimapRecords
import VimapSystem

/// The hosts that are paused, so that no request is sent to them for a while.
struct HostPauses {
  /// A pause that is longer than this is not waited for.
  let longest: Nanoseconds
  private var pauses: [String: KeyPause] = [:]

  init(longest: Nanoseconds) {
    self.longest = longest
  }

  var isEmpty: Bool { pauses.isEmpty }

  /// Adds a pause. It changes nothing if a longer one is under way.
  mutating func add(_ pause: KeyPause) {
    if pause.end > pauses[pause.key]?.end ?? 0 { pauses[pause.key] = pause }
  }

  /// The end of the pause of a host, if it has one that is waited for.
  mutating func end(of host: String, now: Nanoseconds) -> Nanoseconds? {
    current(host, now).flatMap { $0.length > longest ? nil : $0.end }
  }

  /// The pause of a host, if it has one that is too long to wait for.
  mutating func refusal(of host: String, now: Nanoseconds) -> KeyPause? {
    current(host, now).flatMap { $0.length > longest ? $0 : nil }
  }

  /// The pause of a host, if it has one.
  mutating func current(_ host: String, _ now: Nanoseconds) -> KeyPause? {
    guard let pause = pauses[host] else { return nil }
    if pause.end > now { return pause }
    pauses[host] = nil
    return nil
  }
}
