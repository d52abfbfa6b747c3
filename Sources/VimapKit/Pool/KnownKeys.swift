/// The keys of a run in which records can't have others: those of all of its ``KeyPause``s.
package struct KnownKeys: Sendable, Equatable {
  /// What may be left alone.
  package var keys: [String]
  /// A longer pause than this is not waited for.
  package var longestPause: Duration

  /// Keys of which pauses up to a length are waited for.
  package init(keys: [String], longestPause: Duration) {
    self.keys = keys
    self.longestPause = longestPause
  }
}
