import VimapSystem

/// What is waited for while a record's command runs: its pipes, signals that tell of its end, and
/// the end of the parent; and between two commands.
struct EachWatch: ~Copyable {
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

  /// Chooses what to wait for while a command runs.
  mutating func set(_ command: CommandProcess, feeds: Bool, reads: Bool, relays: Bool) {
    poll.set(input, command.input, feeds && command.isInputOpen ? .writable : [])
    poll.set(output, command.output, reads ? .readable : [])
    poll.set(error, command.error, relays ? .readable : [])
  }

  /// Waits for the pool, between two commands, and sees to signals meanwhile.
  mutating func waitForPool() throws(SystemError) {
    for place in [input, output, error] { poll.set(place, -1, []) }
    repeat {
      try poll.wait(milliseconds: nil)
      if hasSignals {
        try signals.take(nil)
        Process.reapChildren()
      }
    } while poll.ready(link).isEmpty
  }

  /// Waits until something happens or a moment has come; returns the time.
  mutating func wait(
    until moment: Nanoseconds?, from now: Nanoseconds
  ) throws(SystemError) -> Nanoseconds {
    try poll.wait(milliseconds: moment?.millisecondsFrom(now))
    return Clock.now()
  }

  /// Something has come from the pool, or it is gone.
  var hasMail: Bool { !poll.ready(link).isEmpty }
  var hasOutput: Bool { !poll.ready(output).isEmpty }
  var hasError: Bool { !poll.ready(error).isEmpty }
  /// Something may have become of the command.
  var hasSignals: Bool { !poll.ready(signalled).isEmpty }
}
