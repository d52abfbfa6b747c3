import CVimapSystem
import Glibc
import VimapBytes

public typealias ProcessID = pid_t

/// How a process ended.
public enum ProcessEnd: Equatable, Sendable {
  case exited(status: Int)
  case killed(signal: Int)
}

extension ProcessEnd: CustomStringConvertible {
  /// As in "the process …".
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .killed(let signal): "was ended by \(Signals.name(signal))"
    }
  }
}

/// Calls on processes.
public enum SystemProcess {
  /// Forks. Returns the child's id in the parent and `nil` in the child.
  ///
  /// Only the calling thread goes on in the child, so this is for programs (or moments) with one.
  public static func fork() throws(SystemError) -> ProcessID? {
    let child = try systemCall("fork") { vimap_fork() }
    return child == 0 ? nil : child
  }

  /// Waits for a child to end and takes its status.
  public static func wait(_ process: ProcessID) throws(SystemError) -> ProcessEnd {
    try waitMeasuring(process).end
  }

  /// As ``wait(_:)``; also the most memory in bytes that one process has had, of the child and of
  /// those that it has waited for (wait4(2), `ru_maxrss`).
  public static func waitMeasuring(
    _ process: ProcessID
  ) throws(SystemError) -> (end: ProcessEnd, peakMemory: Int) {
    var how = vimap_exit()
    try systemCall("waitpid") { vimap_wait(process, 0, &how) }
    return (ProcessEnd(how), how.peak_memory)
  }

  /// Takes a child's status if it has ended, else `nil`.
  public static func poll(_ process: ProcessID) throws(SystemError) -> ProcessEnd? {
    var how = vimap_exit()
    let ended = try systemCall("waitpid") { vimap_wait(process, 1, &how) }
    return ended == 0 ? nil : ProcessEnd(how)
  }

  /// Sends a signal to one process; one that has already gone is no error.
  public static func signal(_ process: ProcessID, _ number: CInt) {
    if process > 0 { _ = Glibc.kill(process, number) }
  }

  /// Ends one process at once (SIGKILL).
  public static func kill(_ process: ProcessID) { signal(process, SIGKILL) }

  /// Ends every process of a group at once (SIGKILL).
  public static func killGroup(_ group: ProcessID) { signalGroup(group, SIGKILL) }

  /// Sends a signal to every process of a group; an empty group is no error.
  public static func signalGroup(_ group: ProcessID, _ number: CInt) {
    if group > 1 { _ = Glibc.kill(-group, number) }
  }

  /// The group that a process is in, or -1 where there is no such process.
  public static func group(of process: ProcessID) -> ProcessID { getpgid(process) }

  /// A descriptor that becomes readable when the child ends (pidfd_open(2), Linux 5.3).
  public static func watch(_ process: ProcessID) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(taking: try systemCall("pidfd_open") { vimap_pidfd_open(process) })
  }

  /// Moves the calling process into a group of its own, out of reach of the terminal's signals.
  public static func leaveGroup() {
    setpgid(0, 0)
  }

  /// Has the kernel end the calling process when its parent dies (PR_SET_PDEATHSIG).
  /// - Parameter parent: the parent it had when it was forked; if that has gone already, the
  ///   calling process ends here.
  public static func endWith(parent: ProcessID) {
    _ = vimap_signal_on_parent_death(SIGKILL)
    if self.parent != parent { exitNow(0) }
  }

  /// Has the calling process, and those it forks, not interrupt other processes when there is
  /// something for it to do (SCHED_BATCH, sched(7)). The commands it starts do as usual.
  ///
  /// A command that writes line by line would otherwise be stopped for every line by whoever reads
  /// them, which makes it slower by half; as it is, it goes on and many lines are read at once.
  /// Where a processor is idle nobody waits for any longer. A process that was given another policy
  /// (chrt(1)) keeps that.
  public static func lowerPriority() { _ = vimap_make_way() }

  /// Has the kernel keep the status of children for ``wait(_:)``, whatever the process did about
  /// SIGCHLD before.
  public static func takeChildStatus() { Glibc.signal(SIGCHLD, SIG_DFL) }

  /// How many threads the calling process has (proc(5), /proc/self/task).
  public static func threadCount() throws(SystemError) -> Int {
    var facts = Glibc.stat()
    try systemCall("stat /proc/self/task") { stat("/proc/self/task", &facts) }
    // A directory has a link for each of its directories, and two of its own.
    return max(1, Int(facts.st_nlink) - 2)
  }

  /// Writes out what the C library still holds of the process's standard output (fflush(3)).
  public static func flushStreams() { fflush(nil) }

  public static var current: ProcessID { getpid() }
  public static var parent: ProcessID { getppid() }

  /// Ends the calling process at once, without the clean-up that belongs to the process it was
  /// forked from (_exit(2)).
  public static func exitNow(_ status: CInt) -> Never {
    _exit(status)
  }

  /// Processors online.
  public static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

  /// Bytes of a page of memory.
  static var pageSize: Int { max(1, sysconf(CInt(_SC_PAGESIZE))) }

  /// Raises the soft limit of open files to the hard one; returns the soft limit it had, for the
  /// commands, which should see what the user set.
  @discardableResult
  public static func raiseFileLimit() -> UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    let before = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(before)
  }

  /// Most files that this process may have open.
  public static var fileLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }

  /// Most bytes that the stack of this process may grow to.
  public static var stackLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }
}

extension ProcessEnd {
  fileprivate init(_ how: vimap_exit) {
    let isSignal = UInt8(bitPattern: how.kind) == UInt8(ascii: "s")
    self = isSignal ? .killed(signal: Int(how.value)) : .exited(status: Int(how.value))
  }
}
