import VimapSystem

/// How the workers of a pool are told to leave, and seen out.
///
/// It is used under the engine's lock.
final class Farewell {
  private let driver: PoolDriver
  /// How long they may take.
  private let limit: Nanoseconds

  private enum Phase {
    case open
    /// The workers are to leave, until then at most.
    case leaving(until: Nanoseconds)
    case closed
  }
  private var phase = Phase.open
  /// The first worker whose `finish()` went wrong.
  private var badEnd: WorkerError?

  init(_ driver: PoolDriver, within limit: Nanoseconds) {
    self.driver = driver
    self.limit = limit
  }

  /// The workers are at work.
  var isOpen: Bool { if case .open = phase { true } else { false } }
  /// There are none any more.
  var isClosed: Bool { if case .closed = phase { true } else { false } }
  /// They are leaving.
  var isUnderWay: Bool { if case .leaving = phase { true } else { false } }

  /// Tells the workers to leave.
  func begin() {
    guard isOpen else { return }
    phase = .leaving(until: Clock.now().plus(limit))
    if !driver.isFinished { driver.abandon() }
  }

  enum Step {
    case wait(PollPlaces, Int?)
    /// So many have not left in time, and have been killed.
    case late(Int)
    case done
  }

  /// Goes on as far as is possible without waiting.
  func goOn() -> Step {
    guard case .leaving(let end) = phase else { return .done }
    let now = Clock.now()
    if driver.isFinished {
      phase = .closed
      driver.disband()
      return .done
    }
    if end <= now {
      phase = .leaving(until: .max)
      defer { driver.giveUp(.interrupted) }
      return .late(driver.workers.count)
    }
    let limits = [driver.prepareToWait(), end == .max ? nil : end.millisecondsFrom(now)]
    return .wait(driver.watch.poll.watched, limits.compactMap(\.self).min())
  }

  /// Has the workers leave by themselves, where they have not been told to.
  func letGo() {
    guard isOpen else { return }
    phase = .closed
    if !driver.isFinished { driver.abandon() }
    driver.letGo(within: limit)
  }

  // MARK: Bad ends

  func note(_ error: WorkerError) { if badEnd == nil { badEnd = error } }

  /// What was noted, which is told once.
  func takeBadEnd() -> WorkerError? {
    defer { badEnd = nil }
    return badEnd
  }
}
