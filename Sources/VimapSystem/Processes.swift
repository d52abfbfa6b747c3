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
  /// Completes a sentence that begins with "the process".
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .killed(let signal): "was ended by \(Signals.name(signal))"
    }
  }
}

/// Calls on processes.
public enum SystemProcess {
  /// Forks. Returns the child's id in the parent, and `nil` in the child.
  ///
  /// Only the calling thread exists in the child, so the process should have a single thread when
  /// it forks.
  public static func fork() throws(SystemError) -> ProcessID? {
    let child = try systemCall("fork") { vimap_fork() }
    return child == 0 ? nil : child
  }

  /// Waits for a child to end and takes its status.
  public static func wait(_ process: ProcessID) throws(SystemError) -> ProcessEnd {
    try waitMeasuring(process).end
  }

  /// As ``wait(_:)``. Also returns the most memory in bytes that one process has used: the child,
  /// or one that it has waited for (wait4(2), `ru_maxrss`).
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

  /// Sends a signal to a process. It is no error if the process has ended.
  public static func signal(_ process: ProcessID, _ number: CInt) {
    if process > 0 { _ = Glibc.kill(process, number) }
  }

  /// Kills a process (SIGKILL).
  public static func kill(_ process: ProcessID) { signal(process, SIGKILL) }

  /// Kills every process of a group (SIGKILL).
  public static func killGroup(_ group: ProcessID) { signalGroup(group, SIGKILL) }

  /// Sends a signal to every process of a group. It is no error if the group is empty.
  public static func signalGroup(_ group: ProcessID, _ number: CInt) {
    if group > 1 { _ = Glibc.kill(-group, number) }
  }

  /// The group of a process, or -1 if there is no such process.
  public static func group(of process: ProcessID) -> ProcessID { getpgid(process) }

  /// A descriptor that becomes readable when the child ends (pidfd_open(2), Linux 5.3).
  public static func watch(_ process: ProcessID) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(taking: try systemCall("pidfd_open") { vimap_pidfd_open(process) })
  }

  /// Moves the calling process to a group of its own, so that it gets no signals of the terminal.
  public static func leaveGroup() {
    setpgid(0, 0)
  }

  /// Has the kernel kill the calling process when its parent dies (PR_SET_PDEATHSIG).
  /// - Parameter parent: the parent at the time of the fork. If that has ended already, the calling
  ///   process ends here.
  public static func endWith(parent: ProcessID) {
    _ = vimap_signal_on_parent_death(SIGKILL)
    if self.parent != parent { exitNow(0) }
  }

  /// Schedules the calling process, and those it forks, so that they do not interrupt others when
  /// they wake up (SCHED_BATCH, sched(7)). Commands that they start are scheduled as usual.
  ///
  /// Otherwise a command that writes line by line would be interrupted at every line by the reader
  /// of its lines, which makes it slower by half. This way it goes on, and many lines are read at
  /// once. If a processor is idle, nobody waits longer than before. If the process was given
  /// another policy (chrt(1)), it keeps that.
  public static func lowerPriority() { _ = vimap_make_way() }

  /// Has the kernel keep the status of children for ``wait(_:)``, however SIGCHLD was handled
  /// before.
  public static func takeChildStatus() { Glibc.signal(SIGCHLD, SIG_DFL) }

  /// How many threads the calling process has (proc(5), /proc/self/task).
  public static func threadCount() throws(SystemError) -> Int {
    var facts = Glibc.stat()
    try systemCall("stat /proc/self/task") { stat("/proc/self/task", &facts) }
    // A directory has a link for each subdirectory, and two of its own.
    return max(1, Int(facts.st_nlink) - 2)
  }

  /// Writes out what the C library still buffers of the process's standard output (fflush(3)).
  public static func flushStreams() { fflush(nil) }

  public static var current: ProcessID { getpid() }
  public static var parent: ProcessID { getppid() }

  /// Ends the calling process at once. It skips the clean-up, which is the business of the process
  /// that it was forked from (_exit(2)).
  public static func exitNow(_ status: CInt) -> Never {
    _exit(status)
  }

  /// The number of processors that are online.
  public static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

  /// The size of a memory page in bytes.
  static var pageSize: Int { max(1, sysconf(CInt(_SC_PAGESIZE))) }

  /// Raises the soft limit of open files to the hard limit. Returns the old soft limit, which
  /// commands should get.
  @discardableResult
  public static func raiseFileLimit() -> UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    let before = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(before)
  }

  /// The most files that this process may have open.
  public static var fileLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }

  /// The most bytes that the stack of this process may grow to.
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
