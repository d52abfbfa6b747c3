import VimapSystem

/// A descriptor that is none of the pool's, watched while it runs.
struct ExternalDescriptor {
  let descriptor: CInt
  let place: Int
  /// Whether it is to be watched at the moment.
  let isWanted: () -> Bool
  let onReadable: () -> Void

  func watch(_ poll: inout PollSet) {
    poll.set(place, descriptor, isWanted() ? .readable : [])
  }
}
