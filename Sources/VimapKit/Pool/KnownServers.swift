/// The servers of a run in which records can't name others.
public struct KnownServers: Sendable, Equatable {
  /// As `host:port`.
  public var hosts: [String]
  /// A longer pause than this is not waited for.
  public var longestPause: Duration

  /// Servers that ask for pauses, of which these are waited for.
  public init(hosts: [String], longestPause: Duration) {
    self.hosts = hosts
    self.longestPause = longestPause
  }
}
