/// Decides whether requests that must not be sent twice may use kept connections.
///
/// This is part of ``Workaround/repeats``. If a server closes a kept connection without notice, a
/// request that is sent at that moment is lost. After that has happened, such requests use new
/// connections for a while, and for twice as long each time it happens again.
final class KeepAliveTrust {
  private var distrust = 0
  private var next = 64
  private static let most = 1 << 16

  /// Notes that a request was lost over a kept connection.
  func noteLoss() {
    // Requests that were under way at the same time were lost with it, and count once.
    guard distrust == 0 else { return }
    distrust = next
    next = min(2 * next, Self.most)
  }

  /// Whether the next request must use a new connection.
  func takeDistrust() -> Bool {
    guard distrust > 0 else { return false }
    distrust -= 1
    return true
  }
}
