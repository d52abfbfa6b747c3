import VimapSystem

/// The pause before a command is started again: none at first, and a short one when it keeps dying
/// without an answer.
final class RestartPause {
  private(set) var over: Nanoseconds = 0
  private var deaths = 0

  func hasAnswered() { deaths = 0 }

  /// So many deaths without an answer that the command is to blame rather than a record.
  var isInVain: Bool { deaths >= Self.free }

  private static let free = 24

  func died(at now: Nanoseconds) {
    deaths += 1
    // There are enough tries without a pause to find one bad record among many.
    over = deaths <= Self.free ? now : now + .milliseconds(100)
  }

  func isOver(_ now: Nanoseconds) -> Bool { now >= over }
}
