public import VimapSystem

/// A server has asked to be left alone: no request to it is to be started for a while.
public struct HostPause: Sendable, Equatable {
  /// The server, as `host:port`.
  public var host: String
  /// The moment of `Clock.now()` at which it is over.
  public var end: Nanoseconds
  /// How long the server has asked for.
  public var length: Nanoseconds
  /// The status that it answered with.
  public var status: Int

  /// A pause that was asked for.
  public init(host: String, end: Nanoseconds, length: Nanoseconds, status: Int) {
    self.host = host
    self.end = end
    self.length = length
    self.status = status
  }
}
