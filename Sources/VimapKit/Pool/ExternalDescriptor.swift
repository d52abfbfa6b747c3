import VimapSystem

/// A descriptor that does not belong to the pool, and that the pool watches while it runs.
struct ExternalDescriptor {
  let descriptor: CInt
  let place: Int
  /// Whether to watch the descriptor at the moment.
  let isWanted: () -> Bool
  let onReadable: () -> Void

  func watch(_ poll: inout PollSet) {
    poll.set(place, descriptor, isWanted() ? .readable : [])
  }
}
