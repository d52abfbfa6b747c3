import CVimapSystem
import Glibc

/// The state of the children of this process that are in one process group.
public enum GroupState: Equatable, Sendable {
  /// There are no children in it, or all of them have ended.
  case empty
  case alive
  /// As `alive`, and one of them was stopped by a signal. Each stop is reported once.
  case stopped(by: CInt)
}

extension SystemProcess {
  /// Makes the calling process the parent of all orphans below it, that is, of descendants whose
  /// own parent has ended. The process then learns of their end (PR_SET_CHILD_SUBREAPER, prctl(2)).
  public static func adoptOrphans() { _ = vimap_adopt_orphans() }

  /// A child that has ended, if there is one. Its status is not taken yet.
  public static func endedChild() throws(SystemError) -> ProcessID? {
    let child = try systemCall("waitid") { vimap_ended_child() }
    return child == 0 ? nil : child
  }

  /// The state of the children in a process group.
  public static func state(ofGroup group: ProcessID) throws(SystemError) -> GroupState {
    var signal: CInt = 0
    let isAlive = try systemCall("waitid") { vimap_group_state(group, &signal) } == 1
    return signal != 0 ? .stopped(by: signal) : isAlive ? .alive : .empty
  }

  /// Takes the status of every child that has ended. For use when nobody else wants the status.
  public static func reapChildren() {
    while let child = try? endedChild(), (try? poll(child)) != nil {}
  }
}
