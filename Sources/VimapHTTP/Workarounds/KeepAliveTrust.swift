/// Whether requests that must not be sent twice go over kept connections.
///
/// Part of ``Workaround/repeats``. A server that closes connections without having said so loses
/// the request that meets it there. Where that has happened, such requests go over new connections
/// for a while, and for twice as long each time it happens again.
final class KeepAliveTrust {
  private var distrust = 0
  private var next = 64
  private static let most = 1 << 16

  /// A request was lost that was sent over a kept connection.
  func noteLoss() {
    // Others were under way with it.
    guard distrust == 0 else { return }
    distrust = next
    next = min(2 * next, Self.most)
  }

  /// Whether the next request is to have a connection of its own.
  func takeDistrust() -> Bool {
    guard distrust > 0 else { return false }
    distrust -= 1
    return true
  }
}
