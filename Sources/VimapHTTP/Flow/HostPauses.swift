import VimapSystem

/// The hosts that no request is to be made to for a while.
struct HostPauses {
  private var ends: [String: Nanoseconds] = [:]

  var isEmpty: Bool { ends.isEmpty }

  /// A pause that is shorter than one under way changes nothing.
  mutating func add(_ host: String, until end: Nanoseconds) {
    ends[host] = max(end, ends[host] ?? 0)
  }

  /// When the pause of a host ends; `nil` where there is none.
  mutating func end(of host: String, now: Nanoseconds) -> Nanoseconds? {
    guard let end = ends[host] else { return nil }
    if end > now { return end }
    ends[host] = nil
    return nil
  }
}
