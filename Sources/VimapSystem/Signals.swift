import CVimapSystem
import Glibc

/// Signals that are taken from a descriptor instead of interrupting anything (signalfd(2)).
///
/// Nothing is watched, and no disposition changed, until a program makes one of these.
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
  /// Whether the process ignores a signal, as one that nohup(1) started does SIGHUP.
  public static func isIgnored(_ number: CInt) -> Bool { vimap_is_ignored(number) == 1 }

  /// Lets every signal through again; for a process just forked.
  public static func unblock() {
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
  }

  /// Keeps signals from this process, though not from commands that it starts (``SpawnRequest``).
  public static func block(_ numbers: [CInt]) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    sigprocmask(SIG_BLOCK, &set, nil)
  }

  /// Keeps the terminal from stopping this process when it writes there from the background, as
  /// `stty tostop` has it (SIGTTOU). Commands are started without that.
  public static func writeFromBackground() { block([SIGTTOU]) }

  /// Stops this process as ``suspend`` does by default, although it is watched; returns when it
  /// goes on. Where nobody could have it go on, it does not stop.
  public static func stopHere() { vimap_stop(SIGTSTP) }

  /// Whether a signal stops whoever does nothing about it.
  public static func stops(_ number: CInt) -> Bool {
    [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].contains(number)
  }

  /// Whether a signal stops those who use the terminal while it is not theirs.
  public static func isForTerminal(_ number: CInt) -> Bool {
    [SIGTTIN, SIGTTOU].contains(number)
  }

  /// Makes a write to a reader that has gone (EPIPE), or past the largest size of a file (EFBIG),
  /// an error instead of this process's end.
  public static func ignoreFailedWrites() {
    Glibc.signal(SIGPIPE, SIG_IGN)
    Glibc.signal(SIGXFSZ, SIG_IGN)
  }

  /// Makes ``statusRequest`` no end of this process or of what it forks. A ``SignalWatch`` gets it
  /// nevertheless, and commands are started with its default (``SpawnRequest``).
  public static func ignoreStatusRequests() { Glibc.signal(SIGUSR1, SIG_IGN) }

  /// A signal's name, such as `SIGKILL`.
  public static func name(_ number: Int) -> String {
    vimap_signal_name(CInt(number)).map { "SIG" + String(cString: $0) } ?? "signal \(number)"
  }

  /// The number of a signal given by its name, with or without `SIG`, or by its number.
  public static func number(_ word: some StringProtocol) -> CInt? {
    let known = 1...__libc_current_sigrtmax()
    if let number = CInt(word) { return known.contains(number) ? number : nil }
    let upper = word.uppercased()
    let name = upper.hasPrefix("SIG") ? upper : "SIG" + upper
    return known.first { self.name(Int($0)) == name }
  }
}

/// The signals that a program of this kind deals in.
extension Signals {
  public static let interrupt = SIGINT
  public static let terminate = SIGTERM
  public static let hangUp = SIGHUP
  public static let brokenPipe = SIGPIPE
  /// Asks for a line about how far a run has come.
  public static let statusRequest = SIGUSR1
  /// The terminal has another size.
  public static let resize = SIGWINCH
  public static let kill = SIGKILL
  /// Stops, whatever the process would do about it.
  public static let stop = SIGSTOP
  /// Asks to stop, as ^Z does.
  public static let suspend = SIGTSTP
  /// Goes on after a stop.
  public static let resume = SIGCONT
  /// A child has ended, was stopped, or goes on.
  public static let child = SIGCHLD
}
