import CVimapSystem
import Glibc

/// What a descriptor is watched for, and what was found.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: Int16
  public init(rawValue: Int16) { self.rawValue = rawValue }

  public static let readable = Readiness(rawValue: Int16(POLLIN))
  public static let writable = Readiness(rawValue: Int16(POLLOUT))
  /// The other side has gone; always reported.
  public static let hungUp = Readiness(rawValue: Int16(POLLHUP))
  /// Broken, or the reader of a pipe has gone; always reported.
  public static let broken = Readiness(rawValue: Int16(POLLERR) | Int16(POLLNVAL))
}

/// The descriptors that a loop waits for (poll(2)). They are in places, which are filled, changed
/// and emptied without a system call.
public struct PollSet: ~Copyable {
  private var places: [pollfd] = []
  private var free: [Int] = []

  public init() {}

  /// Takes a place for `descriptor`. A place that is not in use watches nothing.
  public mutating func add(_ descriptor: CInt, _ interest: Readiness) -> Int {
    let entry = pollfd(fd: descriptor, events: interest.rawValue, revents: 0)
    if let place = free.popLast() {
      places[place] = entry
      return place
    }
    places.append(entry)
    return places.count - 1
  }

  /// Gives a place back.
  public mutating func remove(_ place: Int) {
    places[place] = pollfd(fd: -1, events: 0, revents: 0)
    free.append(place)
  }

  /// Changes the descriptor (-1 for none) and the events that a place watches.
  public mutating func set(_ place: Int, _ descriptor: CInt, _ interest: Readiness) {
    places[place].fd = interest.isEmpty ? -1 : descriptor
    places[place].events = interest.rawValue
    places[place].revents = 0
  }

  /// Waits until a place is ready or the time is up.
  /// - Parameter milliseconds: `nil` waits without a limit.
  public mutating func wait(milliseconds: Int?) throws(SystemError) {
    let limit = milliseconds.map { CInt(clamping: $0) } ?? -1
    try systemCall("poll") { poll(&places, nfds_t(places.count), limit) }
  }

  /// As ``wait(milliseconds:)``, but with nanoseconds.
  public mutating func wait(nanoseconds: Nanoseconds?) throws(SystemError) {
    guard let nanoseconds else { return try wait(milliseconds: nil) }
    let limit = Int64(clamping: nanoseconds)
    try systemCall("ppoll") { vimap_poll(&places, places.count, limit) }
  }

  /// What is being watched now, for a ``Poller``.
  public var watched: PollPlaces { PollPlaces(places: places) }

  /// What the last wait found at a place.
  public func ready(_ place: Int) -> Readiness {
    Readiness(rawValue: places[place].revents)
  }
}
