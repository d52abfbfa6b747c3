import VimapSystem

/// Servers whose pools nobody has any more, and whose workers are leaving. They end by themselves;
/// their status is taken when a pool is made or let go of later on.
enum Departures {
  private static let lock = Lock()
  // Unchecked, as it is used under the lock.
  nonisolated(unsafe) private static var connections: [ForkConnection] = []

  static func add(_ connection: ForkConnection) {
    lock.withLock { connections.append(connection) }
    sweep()
  }

  static func sweep() { lock.withLock { connections.removeAll { $0.reap() } } }
}
