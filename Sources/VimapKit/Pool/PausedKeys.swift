import VimapBytes
import VimapSystem

/// The keys that are left alone, as the pool knows them, and which pauses people hear of.
struct PausedKeys {
  private var pauses: [String: KeyPause] = [:]
  /// What was said of a key last, and when.
  private var said: [String: (length: Nanoseconds, time: Nanoseconds)] = [:]

  /// A pause that is no longer than this is not worth a line.
  static let shortest: Nanoseconds = .seconds(1)
  /// One that is paused again and again is not told of more often.
  static let interval: Nanoseconds = .seconds(60)

  /// Takes in a pause; `false` where it changes nothing.
  mutating func add(_ pause: KeyPause) -> Bool {
    guard pause.end > pauses[pause.key]?.end ?? 0 else { return false }
    pauses[pause.key] = pause
    return true
  }

  /// Whether people are to hear of a pause that was added. Answers to requests that were under way
  /// ask for the same, and put off its end a little; that is none of their concern.
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

  /// Those that are not over, by key.
  mutating func current(_ now: Nanoseconds) -> [KeyPause] {
    if pauses.isEmpty { return [] }
    pauses = pauses.filter { $0.value.end > now }
    return pauses.values.sorted { $0.key < $1.key }
  }

  /// When the first of some keys may be used again, where all are to be left alone and that
  /// is waited for.
  mutating func end(ofAll known: KnownKeys, now: Nanoseconds) -> Nanoseconds? {
    let current = current(now)
    let pauses = Set(known.keys).map { key in current.first { $0.key == key } }
    guard pauses.allSatisfy({ $0 != nil }) else { return nil }
    return pauses.compactMap { $0 }.filter { $0.length <= known.longestPause.nanoseconds }
      .map(\.end).min()
  }

  /// When the next of them is over.
  var nextEnd: Nanoseconds? { pauses.values.lazy.map(\.end).min() }
}
