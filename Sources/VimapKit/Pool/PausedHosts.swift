import VimapBytes
import VimapSystem

/// The hosts that are left alone, as the pool knows them, and which pauses people hear of.
struct PausedHosts {
  private var pauses: [String: HostPause] = [:]
  /// What was said of a host last, and when.
  private var said: [String: (length: Nanoseconds, time: Nanoseconds)] = [:]

  /// A pause that is no longer than this is not worth a line.
  static let shortest: Nanoseconds = .seconds(1)
  /// A host that asks for the same again and again is not told of more often.
  static let interval: Nanoseconds = .seconds(60)

  /// Takes in what a host asks for; `false` where it changes nothing.
  mutating func add(_ pause: HostPause) -> Bool {
    guard pause.end > pauses[pause.host]?.end ?? 0 else { return false }
    pauses[pause.host] = pause
    return true
  }

  /// Whether people are to hear of a pause that was added. Answers to requests that were under way
  /// ask for the same, and put off its end a little; that is none of their concern.
  mutating func isNews(_ pause: HostPause, now: Nanoseconds) -> Bool {
    guard pause.length > Self.shortest else { return false }
    if let last = said[pause.host], pause.length <= last.length + Self.shortest,
      now < last.time.plus(max(last.length, Self.interval))
    {
      return false
    }
    said[pause.host] = (pause.length, now)
    return true
  }

  /// Those that are not over, by host.
  mutating func current(_ now: Nanoseconds) -> [HostPause] {
    if pauses.isEmpty { return [] }
    pauses = pauses.filter { $0.value.end > now }
    return pauses.values.sorted { $0.host < $1.host }
  }

  /// When the first of some servers may be sent to again, where all have asked not to be and that
  /// is waited for.
  mutating func end(ofAll servers: KnownServers, now: Nanoseconds) -> Nanoseconds? {
    let current = current(now)
    let pauses = Set(servers.hosts).map { host in current.first { $0.host == host } }
    guard pauses.allSatisfy({ $0 != nil }) else { return nil }
    return pauses.compactMap { $0 }.filter { $0.length <= servers.longestPause.nanoseconds }
      .map(\.end).min()
  }

  /// When the next of them is over.
  var nextEnd: Nanoseconds? { pauses.values.lazy.map(\.end).min() }
}
