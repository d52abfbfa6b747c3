import VimapSystem

/// A worker says that all that has a key in common is to be left alone for a while, such as all
/// requests to a server that has asked for that.
package struct KeyPause: Sendable, Equatable {
  /// What is to be left alone.
  package var key: String
  /// The moment of `Clock.now()` at which it is over.
  package var end: Nanoseconds
  /// How long it was asked for.
  package var length: Nanoseconds
  /// The worker's own number for why; the pool passes it on.
  package var reason: Int

  /// A pause that was asked for.
  package init(key: String, end: Nanoseconds, length: Nanoseconds, reason: Int) {
    self.key = key
    self.end = end
    self.length = length
    self.reason = reason
  }
}
