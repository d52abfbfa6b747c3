import VimapBytes
import VimapSystem

/// Which of several servers a worker sends to.
///
/// Its own, as long as that takes connections. A server that can't be connected to is left out for
/// a second, and twice as long each time it still can't be, up to a minute; meanwhile the worker
/// sends to the next in the list that may be sent to. So it does while its own has asked for a
/// pause. When none may be sent to, it is the one whose time comes first, as there is nobody
/// better.
struct EndpointFailover {
  private struct Server {
    var isOutUntil: Nanoseconds = 0
    var pause: Nanoseconds = 0
    /// When it was last left out: what was begun before says nothing new.
    var changed: Nanoseconds = 0
  }

  private let first: Int
  private var servers: [Server]

  static let firstPause: Nanoseconds = .seconds(1)
  static let longestPause: Nanoseconds = .seconds(60)

  /// - Parameter first: the worker's own.
  init(count: Int, first: Int) {
    self.first = first
    servers = Array(repeating: Server(), count: count)
  }

  /// The server to send to now.
  /// - Parameter pauseEnd: until when a server has asked not to be sent to; the end of time where
  ///   it is for longer than anybody waits.
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

  /// A request couldn't be connected to the server.
  mutating func noteRefusal(of server: Int, begun: Nanoseconds, now: Nanoseconds) {
    guard begun >= servers[server].changed else { return }
    let pause = servers[server].pause
    servers[server].pause =
      pause == 0 ? Self.firstPause : min(2 * pause, Self.longestPause)
    servers[server].isOutUntil = now.plus(servers[server].pause)
    servers[server].changed = now
  }

  /// The server has taken a connection.
  mutating func noteConnection(to server: Int, begun: Nanoseconds) {
    guard servers[server].pause > 0, begun >= servers[server].changed else { return }
    servers[server] = Server()
  }
}
