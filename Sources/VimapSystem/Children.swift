import CVimapSystem
import Glibc

/// The children of a process that are in one process group.
public enum GroupState: Equatable, Sendable {
  /// None, or none that has not ended.
  case empty
  case alive
  /// As `alive`; one was stopped by a signal. Each stop is told once.
  case stopped(by: CInt)
}

extension SystemProcess {
  /// Makes the calling process the parent of the orphans among those that it has started, and those
  /// started by these, and so on: their end is told to it (PR_SET_CHILD_SUBREAPER, prctl(2)).
  public static func adoptOrphans() { _ = vimap_adopt_orphans() }

  /// A child that has ended, if there is one; its status stays to be taken.
  public static func endedChild() throws(SystemError) -> ProcessID? {
    let child = try systemCall("waitid") { vimap_ended_child() }
    return child == 0 ? nil : child
  }

  /// What the children in a process group are at.
  public static func state(ofGroup group: ProcessID) throws(SystemError) -> GroupState {
    var signal: CInt = 0
    let isAlive = try systemCall("waitid") { vimap_group_state(group, &signal) } == 1
    return signal != 0 ? .stopped(by: signal) : isAlive ? .alive : .empty
  }

  /// Takes the status of every child that has ended and that nobody asks about.
  public static func reapChildren() {
    while let child = try? endedChild(), (try? poll(child)) != nil {}
  }
}
