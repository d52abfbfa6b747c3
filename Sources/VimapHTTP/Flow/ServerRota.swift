import VimapBytes
import VimapSystem

/// Which of several servers a worker sends to.
///
/// Its own, as long as that takes connections. A server that can't be connected to is left out for
/// a second, and twice as long each time it still can't be, up to a minute; meanwhile the worker
/// sends to the next in the list that is not left out. When all are, it sends to the one whose time
/// is up first, as there is nobody better.
struct ServerRota {
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
  func current(_ now: Nanoseconds) -> Int {
    if servers.count == 1 { return first }
    let order = servers.indices.map { (first + $0) % servers.count }
    return order.first { servers[$0].isOutUntil <= now }
      ?? order.min { servers[$0].isOutUntil < servers[$1].isOutUntil } ?? first
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
