import VimapSystem

/// What is known of one command from its start to its end.
struct CommandLife {
  /// Finds out whether it prints one answer for each record.
  var handshake = Handshake()
  /// Its way from its start to its readiness.
  var loading: Loading
  var hasErrorEnded = false
  /// Answers that were used, and those that could not be.
  var answers = 0
  var unusable = 0
  /// Bytes that it was fed.
  var fedBytes = 0
  /// It left, or closed its input, before it was given all of what it was fed.
  var hasRefusedInput = false
  /// It closed its output while its input was open.
  var hasClosedOutput = false
  /// It is to leave for a fault of its own; what it still says is no answer.
  var isDismissed = false
  init() {
    loading = Loading(startedAt: 0, hasReadySign: false, limit: nil)
  }

  init(startedAt: Nanoseconds, hasReadySign: Bool, startLimit: Nanoseconds?) {
    loading = Loading(startedAt: startedAt, hasReadySign: hasReadySign, limit: startLimit)
  }
}

/// The time from the start of a command to the moment at which it is ready: when it has printed its
/// ready sign or, where there is none, has read of its first record. How long it may be at a record
/// counts from there.
struct Loading {
  /// Whether the command has yet to print its ready sign; nothing is fed before.
  private(set) var awaitsSign: Bool
  private(set) var isOver = false
  /// The longest that it may take, if there is a limit.
  let limit: Nanoseconds?
  private let startedAt: Nanoseconds
  private var interval = Loading.shortestInterval
  private var nextLook: Nanoseconds = 0
  private var hasComplained = false

  private static let shortestInterval: Nanoseconds = .milliseconds(10)
  private static let longestInterval: Nanoseconds = .milliseconds(160)
  private static let patience: Nanoseconds = .seconds(5)

  init(startedAt: Nanoseconds, hasReadySign: Bool, limit: Nanoseconds?) {
    self.startedAt = startedAt
    self.limit = limit
    awaitsSign = hasReadySign
  }

  mutating func end() {
    isOver = true
    awaitsSign = false
  }

  /// It has taken longer than it may.
  func isTooLong(_ now: Nanoseconds) -> Bool {
    guard !isOver, let limit else { return false }
    return now >= startedAt + limit
  }

  /// The kernel does not tell when a pipe is read from, so that it has to be looked at.
  /// - Returns: whether it is time to look whether the command has read.
  mutating func shouldLook(_ now: Nanoseconds) -> Bool {
    guard !isOver, !awaitsSign, now >= nextLook else { return false }
    nextLook = now + interval
    interval = min(2 * interval, Self.longestInterval)
    return true
  }

  /// Whether it is time to say that the ready sign is missing, which it is once.
  mutating func shouldComplain(_ now: Nanoseconds) -> Bool {
    guard awaitsSign, !hasComplained, now >= startedAt + Self.patience else { return false }
    hasComplained = true
    return true
  }

  /// - Parameter isTimed: somebody wants to know when it ends.
  func nextCheck(isTimed: Bool) -> Nanoseconds? {
    if isOver { return nil }
    let look = isTimed && !awaitsSign ? nextLook : nil
    let complaint = awaitsSign && !hasComplained ? startedAt + Self.patience : nil
    return [limit.map { startedAt + $0 }, look, complaint].compactMap(\.self).min()
  }
}
