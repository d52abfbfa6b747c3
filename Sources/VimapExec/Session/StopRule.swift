import VimapSystem

/// What is done about a command that was stopped.
///
/// A command that uses the terminal is stopped, since the terminal isn't its own, and would be
/// stopped again whenever it is continued. So it is continued once, and then ended. A command that
/// a person has stopped is left to that person.
struct StopRule {
  enum Response {
    case goOn, end, leave
  }

  /// How many answers there were when it was last continued.
  private var continuedAt: Int?

  /// - Parameter answered: how many answers the command has given.
  mutating func response(to signal: CInt, answered: Int) -> Response {
    guard Signals.isForTerminal(signal) else { return .leave }
    if continuedAt == answered { return .end }
    continuedAt = answered
    return .goOn
  }

  static func wantedTerminal(_ signal: CInt) -> String {
    "the command was stopped by \(Signals.name(Int(signal))), as it wants to use the terminal, and"
      + " was ended: what it asks for there, give in another way (ssh -o BatchMode=yes, sudo -A,"
      + " gpg --batch), or start it with setsid"
  }

  static func wasStopped(_ signal: CInt, group: ProcessID) -> String {
    "the command was stopped by \(Signals.name(Int(signal))), and is waited for: have it go on with"
      + " kill -CONT -\(group)"
  }

  /// - Parameter signal: what was sent to those that were left.
  static func wasLeft(_ signal: CInt) -> String {
    "the command has ended, and what it left running was sent \(Signals.name(Int(signal))):"
      + " to give that more time see --term-seq, or start it with setsid"
  }
}
