import VimapSystem

/// The time that a command has to become ready: from its start to its ready sign or, where there is
/// none, from when it is given its first record to when it has read of it. How long it may be at a
/// record counts from there.
struct Loading {
  /// Whether the command has yet to print its ready sign; nothing is fed before.
  private(set) var awaitsSign: Bool
  private(set) var isOver = false
  /// The longest that it may take, if there is a limit.
  let limit: Nanoseconds?
  /// From when on it is waited for; `nil` as long as it has been given nothing to read.
  private var since: Nanoseconds?
  private var interval = Loading.shortestInterval
  private var nextLook: Nanoseconds = 0
  private var hasComplained = false

  private static let shortestInterval: Nanoseconds = .milliseconds(10)
  private static let longestInterval: Nanoseconds = .milliseconds(160)
  /// After how long people are told that the ready sign is missing…
  private static let missingSignDelay: Nanoseconds = .seconds(5)
  /// …or that the command has not read its first record.
  private static let unreadDelay: Nanoseconds = .seconds(30)

  init(startedAt: Nanoseconds, hasReadySign: Bool, limit: Nanoseconds?) {
    since = hasReadySign ? startedAt : nil
    self.limit = limit
    awaitsSign = hasReadySign
  }

  /// The command has been given something.
  mutating func noteFed(_ now: Nanoseconds) { since = since ?? now }

  mutating func end() {
    isOver = true
    awaitsSign = false
  }

  /// It has taken longer than it may.
  func isTooLong(_ now: Nanoseconds) -> Bool {
    guard !isOver, let limit, let since else { return false }
    return now >= since.plus(limit)
  }

  /// The kernel does not tell when a pipe is read from, so that it has to be looked at.
  /// - Returns: whether it is time to look whether the command has read.
  mutating func shouldLook(_ now: Nanoseconds) -> Bool {
    guard !isOver, !awaitsSign, since != nil, now >= nextLook else { return false }
    nextLook = now.plus(interval)
    interval = min(2 * interval, Self.longestInterval)
    return true
  }

  /// Whether it is time to say that the command is not ready, which it is once.
  /// - Parameter isTimed: there is a limit for records, and people wonder why it is not kept.
  mutating func shouldComplain(_ now: Nanoseconds, isTimed: Bool) -> Bool {
    guard let time = complaint(isTimed: isTimed), now >= time else { return false }
    hasComplained = true
    return true
  }

  private func complaint(isTimed: Bool) -> Nanoseconds? {
    guard let since, !isOver, !hasComplained else { return nil }
    if awaitsSign { return since.plus(Self.missingSignDelay) }
    return isTimed && limit == nil ? since.plus(Self.unreadDelay) : nil
  }

  /// - Parameter isTimed: somebody wants to know when it ends.
  func nextCheck(isTimed: Bool) -> Nanoseconds? {
    guard let since, !isOver else { return nil }
    let look = isTimed && !awaitsSign ? nextLook : nil
    let complaint = complaint(isTimed: isTimed)
    return [limit.map { since.plus($0) }, look, complaint].compactMap(\.self).min()
  }
}
