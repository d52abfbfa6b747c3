import VimapBytes
import VimapSystem

/// A command's process, and what else there is in its process group.
///
/// The command's status is taken last of all: as long as it is there to be taken, its number, which
/// is the group's, cannot become anybody else's, and a signal reaches those it is meant for.
struct CommandGroup {
  let leader: ProcessID
  private let slot: GroupSlot
  /// How the command ended; only once all of its group has.
  private(set) var end: ProcessEnd?
  /// The command has ended, and others of its group have not.
  private(set) var isLeft = false
  /// When to look again, where nothing tells that somebody has left the group (setsid(2)): at ever
  /// longer intervals.
  private(set) var nextLook: Nanoseconds?
  private var interval: Nanoseconds = .milliseconds(1)
  /// The signal that one of the group was last stopped by, until it is asked for.
  private var stop: CInt?

  /// - Parameter slot: holds the group, for those who have to end it if this process cannot.
  init(leader: ProcessID, slot: GroupSlot) {
    self.leader = leader
    self.slot = slot
  }

  mutating func takeStop() -> CInt? {
    defer { stop = nil }
    return stop
  }

  /// Looks what has become of the group after a child has ended or was stopped.
  mutating func look() throws(SystemError) {
    guard end == nil else { return }
    var state = try Process.state(ofGroup: leader)
    while case .stopped(let signal) = state {
      stop = signal
      state = try Process.state(ofGroup: leader)
    }
    if !isLeft, try !hasLeaderEnded() { return }
    if state == .alive {
      isLeft = true
      nextLook = Clock.now().plus(interval)
      interval *= 2
    } else {
      try finish()
    }
  }

  /// Takes the status of orphans on the way to the answer.
  private func hasLeaderEnded() throws(SystemError) -> Bool {
    while let child = try Process.endedChild() {
      if child == leader { return true }
      _ = try Process.poll(child)
    }
    return false
  }

  /// Sends a signal to the whole group, and to the command itself where it has left that. Whoever
  /// was stopped heeds it as well.
  func signal(_ number: CInt) {
    guard end == nil else { return }
    send(number)
    if !Signals.stops(number), number != Signals.kill, number != Signals.resume {
      send(Signals.resume)
    }
  }

  private func send(_ number: CInt) {
    Process.signalGroup(leader, number)
    if Process.group(of: leader) != leader { Process.signal(leader, number) }
  }

  /// Ends the whole group, and waits for the command itself.
  mutating func kill() throws(SystemError) {
    guard end == nil else { return }
    send(Signals.kill)
    try finish()
  }

  /// As ``kill()``, for what was stopped by a signal and could not go on.
  mutating func kill(stoppedBy signal: CInt) throws(SystemError) {
    try kill()
    end = .killed(signal: Int(signal))
  }

  /// Takes the command's status. Who is left in its group is no child of ours, nor will be when
  /// its parent ends: that has left the group, and there is no telling how long it stays.
  private mutating func finish() throws(SystemError) {
    Process.killGroup(leader)
    slot.clear()
    end = try Process.wait(leader)
    if isLeft { Process.reapChildren() }
  }
}
