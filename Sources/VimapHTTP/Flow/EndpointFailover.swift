import VimapBytes
import VimapSystem

/// Chooses which of several servers a worker sends to.
///
/// A worker sends to its own server as long as that accepts connections. A server that can't be
/// connected to is left out for a second, and for twice as long each time that it fails again, up
/// to a minute. Meanwhile, and while its own server has asked for a pause, the worker sends to the
/// next server in the list that can be used. If none can be used, it takes the one whose time comes
/// first.
struct EndpointFailover {
  private struct Server {
    var isOutUntil: Nanoseconds = 0
    var pause: Nanoseconds = 0
    /// When it was last left out. The outcome of a request that was begun before that says nothing
    /// new.
    var changed: Nanoseconds = 0
  }

  private let first: Int
  private var servers: [Server]

  static let firstPause: Nanoseconds = .seconds(1)
  static let longestPause: Nanoseconds = .seconds(60)

  /// - Parameter first: the worker's own server.
  init(count: Int, first: Int) {
    self.first = first
    servers = Array(repeating: Server(), count: count)
  }

  /// The server to send to now.
  /// - Parameter pauseEnd: until when a server has asked for a pause; `.max` if the pause is too
  ///   long to wait for.
  func current(_ now: Nanoseconds, pauseEnd: (Int) -> Nanoseconds = { _ in 0 }) -> Int {
    if servers.count == 1 { return first }
    var best = first
    var earliest = Nanoseconds.max
    for offset in servers.indices {
      let server = (first + offset) % servers.count
      let time = max(servers[server].isOutUntil, pauseEnd(server))
      if time <= now { return server }
      if time < earliest { (best, earliest) = (server, time) }
    }
    return best
  }

  /// Notes that a request could not be connected to the server.
  mutating func noteRefusal(of server: Int, begun: Nanoseconds, now: Nanoseconds) {
    guard begun >= servers[server].changed else { return }
    let pause = servers[server].pause
    servers[server].pause =
      pause == 0 ? Self.firstPause : min(2 * pause, Self.longestPause)
    servers[server].isOutUntil = now.plus(servers[server].pause)
    servers[server].changed = now
  }

  /// Notes that the server has accepted a connection.
  mutating func noteConnection(to server: Int, begun: Nanoseconds) {
    guard servers[server].pause > 0, begun >= servers[server].changed else { return }
    servers[server] = Server()
  }
}
