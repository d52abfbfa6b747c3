import CVimapSystem
import Glibc

/// Signals that are read from a descriptor and interrupt nothing (signalfd(2)).
///
/// No signal is watched, and no disposition changed, until a program makes one of these.
public struct SignalWatch: ~Copyable {
  public let descriptor: OwnedDescriptor

  /// Blocks `signals` for this process and collects them.
  public init(_ signals: [CInt]) throws(SystemError) {
    descriptor = OwnedDescriptor(
      taking: try systemCall("signalfd") { vimap_signal_watch(signals, signals.count) })
  }

  /// Takes all signals that have come.
  public func takeAll() throws(SystemError) -> SignalSet {
    var bits: UInt64 = 0
    _ = try systemCallUnlessWaiting("read") { vimap_take_signals(descriptor.number, &bits) }
    return SignalSet(bits: bits)
  }

  /// The next signal that has come, or `nil`.
  public func next() throws(SystemError) -> CInt? {
    try systemCallUnlessWaiting("read") { vimap_next_signal(descriptor.number) }
  }
}

/// Signals that have come, each at least once.
public struct SignalSet: Sendable {
  let bits: UInt64

  public func contains(_ signal: CInt) -> Bool { bits & (1 << UInt64(signal - 1)) != 0 }
}

public enum Signals {
  /// Whether the process ignores a signal, as a process started by nohup(1) ignores SIGHUP.
  public static func isIgnored(_ number: CInt) -> Bool { vimap_is_ignored(number) == 1 }

  /// Unblocks all signals, for a process that was just forked.
  public static func unblock() {
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
  }

  /// Blocks signals in this process, but not in commands that it starts (``SpawnRequest``).
  public static func block(_ numbers: [CInt]) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// Keeps the terminal from stopping this process when it writes there from the background
  /// (SIGTTOU, see `stty tostop`). Commands that it starts are not affected.
  public static func writeFromBackground() { block([SIGTTOU]) }

  /// Stops this process as ``suspend`` does by default, even if that signal is watched. Returns
  /// when the process is continued. If nobody could continue it, it does not stop.
  public static func stopHere() { vimap_stop(SIGTSTP) }

  /// Whether a signal stops a process that does not handle it.
  public static func stops(_ number: CInt) -> Bool {
    [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].contains(number)
  }

  /// Whether a signal stops processes that use the terminal from the background.
  public static func isForTerminal(_ number: CInt) -> Bool {
    [SIGTTIN, SIGTTOU].contains(number)
  }

  /// Makes two kinds of writes fail that would kill this process: to a reader that has gone
  /// (EPIPE), and past the largest size of a file (EFBIG).
  public static func ignoreFailedWrites() {
    Glibc.signal(SIGPIPE, SIG_IGN)
    Glibc.signal(SIGXFSZ, SIG_IGN)
  }

  /// Makes this process, and those it forks, ignore ``statusRequest``, which would kill them. A
  /// ``SignalWatch`` still gets it, and commands are started with the default (``SpawnRequest``).
  public static func ignoreStatusRequests() { Glibc.signal(SIGUSR1, SIG_IGN) }

  /// A signal's name, such as `SIGKILL`.
  public static func name(_ number: Int) -> String {
    vimap_signal_name(CInt(number)).map { "SIG" + String(cString: $0) } ?? "signal \(number)"
  }

  /// The number of a signal. It may be given by its name, with or without `SIG`, or by its number.
  public static func number(_ word: some StringProtocol) -> CInt? {
    let known = 1...__libc_current_sigrtmax()
    if let number = CInt(word) { return known.contains(number) ? number : nil }
    let upper = word.uppercased()
    let name = upper.hasPrefix("SIG") ? upper : "SIG" + upper
    return known.first { self.name(Int($0)) == name }
  }
}

/// The signals that a program of this kind handles.
extension Signals {
  public static let interrupt = SIGINT
  public static let terminate = SIGTERM
  public static let hangUp = SIGHUP
  public static let brokenPipe = SIGPIPE
  /// Asks for a line about the progress of a run.
  public static let statusRequest = SIGUSR1
  /// The size of the terminal has changed.
  public static let resize = SIGWINCH
  public static let kill = SIGKILL
  /// Stops a process, which can't prevent it.
  public static let stop = SIGSTOP
  /// Asks a process to stop, as ^Z does.
  public static let suspend = SIGTSTP
  /// Continues a process that was stopped.
  public static let resume = SIGCONT
  /// A child has ended, was stopped, or was continued.
  public static let child = SIGCHLD
}
