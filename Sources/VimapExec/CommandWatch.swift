import VimapSystem

/// What a command's supervisor waits for: its pool, the command's pipes, and signals.
struct CommandWatch: ~Copyable {
  let signals: CommandSignals
  private var poll = PollSet()
  private let input: Int
  private let output: Int
  private let error: Int
  private let signalled: Int

  /// - Parameter link: readable when the pool has something to say.
  init(link: CInt, _ signals: CommandSignals) {
    self.signals = signals
    _ = poll.add(link, .readable)
    input = poll.add(-1, [])
    output = poll.add(-1, [])
    error = poll.add(-1, [])
    signalled = poll.add(signals.descriptor, .readable)
  }

  /// Chooses what to wait for.
  /// - Parameters:
  ///   - feeds: there is something to write to the command.
  ///   - reads: there is room for what it says.
  ///   - relays: its standard error has not ended.
  ///   - mindsReader: it is not known that nobody reads what is written to it.
  mutating func set(
    _ command: CommandProcess?, feeds: Bool, reads: Bool, relays: Bool, mindsReader: Bool
  ) {
    let isFed = command?.isRunning == true && command?.isInputOpen == true
    let interest: Readiness = feeds ? .writable : mindsReader ? .broken : []
    poll.set(input, command?.input ?? -1, isFed ? interest : [])
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

  /// Nobody reads what is written to the command.
  var hasBrokenInput: Bool { !poll.ready(input).isDisjoint(with: .broken) }
  var hasOutput: Bool { !poll.ready(output).isEmpty }
  var hasError: Bool { !poll.ready(error).isEmpty }
  /// Something may have become of the command.
  var hasSignals: Bool { !poll.ready(signalled).isEmpty }
}
