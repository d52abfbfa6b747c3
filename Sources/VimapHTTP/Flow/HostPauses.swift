import VimapKit
import VimapRecords
import VimapSystem

/// The hosts that no request is to be made to for a while.
struct HostPauses {
  /// A pause that is longer than this is not waited for.
  let longest: Nanoseconds
  private var pauses: [String: KeyPause] = [:]

  init(longest: Nanoseconds) {
    self.longest = longest
  }

  var isEmpty: Bool { pauses.isEmpty }

  /// A pause that is shorter than one under way changes nothing.
  mutating func add(_ pause: KeyPause) {
    if pause.end > pauses[pause.key]?.end ?? 0 { pauses[pause.key] = pause }
  }

  /// The pause of a host, if there is one that is waited for.
  mutating func end(of host: String, now: Nanoseconds) -> Nanoseconds? {
    current(host, now).flatMap { $0.length > longest ? nil : $0.end }
  }

  /// The pause of a host, if there is one that is too long to be waited for.
  mutating func refusal(of host: String, now: Nanoseconds) -> KeyPause? {
    current(host, now).flatMap { $0.length > longest ? $0 : nil }
  }

  /// The pause of a host, if there is one.
  mutating func current(_ host: String, _ now: Nanoseconds) -> KeyPause? {
    guard let pause = pauses[host] else { return nil }
    if pause.end > now { return pause }
    pauses[host] = nil
    return nil
  }
}
