import VimapSystem

/// What a supervisor waits for: its pool, its command's pipes, and signals that tell of processes.
struct CommandWatch: ~Copyable {
  let signals: CommandSignals
  private var poll = PollSet()
  private let link: Int
  private let input: Int
  private let output: Int
  private let error: Int
  private let signalled: Int

  /// - Parameter link: joins the worker to its pool.
  init(link descriptor: CInt, _ signals: CommandSignals) {
    self.signals = signals
    link = poll.add(descriptor, .readable)
    input = poll.add(-1, [])
    output = poll.add(-1, [])
    error = poll.add(-1, [])
    signalled = poll.add(signals.descriptor, .readable)
  }

  /// Chooses what to wait for.
  /// - Parameters:
  ///   - interest: what is looked for at the command's input.
  ///   - reads: there is room for what it prints.
  ///   - relays: its standard error has not ended.
  mutating func set(
    _ command: CommandProcess?, input interest: Readiness, reads: Bool, relays: Bool
  ) {
    poll.set(input, command?.input ?? -1, interest)
    poll.set(output, command?.output ?? -1, reads && command != nil ? .readable : [])
    poll.set(error, command?.error ?? -1, relays && command != nil ? .readable : [])
  }

  /// Waits until something happens or a moment has come; returns the time.
  mutating func wait(
    until moment: Nanoseconds?, from now: Nanoseconds
  ) throws(SystemError) -> Nanoseconds {
    try poll.wait(nanoseconds: moment.map { $0 > now ? $0 - now : 0 })
    return Clock.now()
  }

  /// Waits for the pool while no command runs, and takes signals meanwhile.
  mutating func waitForPool() throws(SystemError) {
    set(nil, input: [], reads: false, relays: false)
    repeat {
      try poll.wait(nanoseconds: nil)
      if hasSignals { try takeSignals(for: nil) }
    } while !hasPoolMessage
  }

  /// Takes signals that have come, and the status of orphans where no command would.
  func takeSignals(for command: CommandProcess?) throws(SystemError) {
    try signals.take(command)
    if command == nil { SystemProcess.reapChildren() }
  }

  /// The pool has said something, or is gone.
  var hasPoolMessage: Bool { !poll.ready(link).isEmpty }
  /// Nobody reads what is written to the command.
  var hasBrokenInput: Bool { !poll.ready(input).isDisjoint(with: .broken) }
  var hasOutput: Bool { !poll.ready(output).isEmpty }
  var hasError: Bool { !poll.ready(error).isEmpty }
  /// Something may have become of a process.
  var hasSignals: Bool { !poll.ready(signalled).isEmpty }
}
