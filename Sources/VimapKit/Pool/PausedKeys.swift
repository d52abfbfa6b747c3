import VimapBytes
import VimapSystem

/// The keys that are paused, and which of the pauses users are told about.
struct PausedKeys {
  private var pauses: [String: KeyPause] = [:]
  /// The pause that users were last told of, by key: its length, and when they were told.
  private var said: [String: (length: Nanoseconds, time: Nanoseconds)] = [:]

  /// Users are not told about a pause that is no longer than this.
  static let shortest: Nanoseconds = .seconds(1)
  /// If a key is paused again and again, users are told no more often than this.
  static let interval: Nanoseconds = .seconds(60)

  /// Adds a pause. Returns `false` if the key is already paused for as long.
  mutating func add(_ pause: KeyPause) -> Bool {
    guard pause.end > pauses[pause.key]?.end ?? 0 else { return false }
    pauses[pause.key] = pause
    return true
  }

  /// Whether to tell users about a pause that was added. Other requests that were under way get the
  /// same answer and move the end of the pause a little; users needn't know that.
  mutating func isNews(_ pause: KeyPause, now: Nanoseconds) -> Bool {
    guard pause.length > Self.shortest else { return false }
    if let last = said[pause.key], pause.length <= last.length + Self.shortest,
      now < last.time.plus(max(last.length, Self.interval))
    {
      return false
    }
    said[pause.key] = (pause.length, now)
    return true
  }

  /// The pauses that are not over yet, sorted by key.
  mutating func current(_ now: Nanoseconds) -> [KeyPause] {
    if pauses.isEmpty { return [] }
    pauses = pauses.filter { $0.value.end > now }
    return pauses.values.sorted { $0.key < $1.key }
  }

  /// When the first of the known keys may be used again. `nil` if one of them is not paused, or if
  /// no pause is short enough to be waited for.
  mutating func end(ofAll known: KnownKeys, now: Nanoseconds) -> Nanoseconds? {
    let current = current(now)
    let pauses = Set(known.keys).map { key in current.first { $0.key == key } }
    guard pauses.allSatisfy({ $0 != nil }) else { return nil }
    return pauses.compactMap { $0 }.filter { $0.length <= known.longestPause.nanoseconds }
      .map(\.end).min()
  }

  /// When the next pause is over.
  var nextEnd: Nanoseconds? { pauses.values.lazy.map(\.end).min() }
}
