import VimapSystem

/// A worker's request to leave a key alone for a while: for example, not to send any request to a
/// server that has asked for a pause.
package struct KeyPause: Sendable, Equatable {
  /// The key that is paused.
  package var key: String
  /// The moment of `Clock.now()` at which the pause is over.
  package var end: Nanoseconds
  /// How long a pause was asked for.
  package var length: Nanoseconds
  /// The worker's own code for the reason. The pool only passes it on.
  package var reason: Int

  /// A pause that was asked for.
  package init(key: String, end: Nanoseconds, length: Nanoseconds, reason: Int) {
    self.key = key
    self.end = end
    self.length = length
    self.reason = reason
  }
}
