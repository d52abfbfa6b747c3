/// All keys that a ``KeyPause`` of this run can have, if they are known beforehand.
package struct KnownKeys: Sendable, Equatable {
  /// The keys that a pause can name.
  package var keys: [String]
  /// The pool does not wait for a pause that is longer than this.
  package var longestPause: Duration

  /// Known keys, and the longest pause of one that is waited for.
  package init(keys: [String], longestPause: Duration) {
    self.keys = keys
    self.longestPause = longestPause
  }
}
