import VimapBytes
import VimapSystem

/// A command's process, and the others in its process group.
///
/// The command's exit status is taken last of all. Until then the kernel gives the command's
/// number, which is the group's too, to nobody else, so that no signal can reach a stranger.
struct CommandGroup {
  let leader: ProcessID
  private let slot: GroupSlot
  /// How the command ended; only once all of its group has.
  private(set) var end: ProcessEnd?
  /// The command has ended, and others of its group have not.
  private(set) var isLeft = false
  /// When to look again, at ever longer intervals: nothing tells when a process leaves the group
  /// without ending (setsid(2)).
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
    var state = try SystemProcess.state(ofGroup: leader)
    while case .stopped(let signal) = state {
      stop = signal
      state = try SystemProcess.state(ofGroup: leader)
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

  /// Whether the command itself has ended. On the way, the status of orphans is taken.
  private func hasLeaderEnded() throws(SystemError) -> Bool {
    while let child = try SystemProcess.endedChild() {
      if child == leader { return true }
      _ = try SystemProcess.poll(child)
    }
    return false
  }

  /// Sends a signal to the whole group, and to the command itself if it has left the group.
  /// Processes that were stopped are continued, so that they get it as well.
  func signal(_ number: CInt) {
    guard end == nil else { return }
    send(number)
    if !Signals.stops(number), number != Signals.kill, number != Signals.resume {
      send(Signals.resume)
    }
  }

  private func send(_ number: CInt) {
    SystemProcess.signalGroup(leader, number)
    if SystemProcess.group(of: leader) != leader { SystemProcess.signal(leader, number) }
  }

  /// Ends the whole group, and waits for the command itself.
  mutating func kill() throws(SystemError) {
    guard end == nil else { return }
    send(Signals.kill)
    try finish()
  }

  /// As ``kill()``, for a command that was stopped by a signal and could not go on.
  mutating func kill(stoppedBy signal: CInt) throws(SystemError) {
    try kill()
    end = .killed(signal: Int(signal))
  }

  /// Takes the command's status. A process that is still in the group then is no child of ours: its
  /// parent has left the group, and may live on for any length of time.
  private mutating func finish() throws(SystemError) {
    SystemProcess.killGroup(leader)
    slot.clear()
    end = try SystemProcess.wait(leader)
    if isLeft { SystemProcess.reapChildren() }
  }
}
