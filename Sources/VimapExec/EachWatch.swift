import VimapSystem

/// What is waited for while a record's command runs: its pipes, its end, and the end of the parent.
struct EachWatch: ~Copyable {
  private var poll = PollSet()
  private let link: Int
  private let input: Int
  private let output: Int
  private let error: Int
  private let exited: Int

  /// - Parameter link: joins the worker to its pool.
  init(link descriptor: CInt) {
    link = poll.add(descriptor, .readable)
    input = poll.add(-1, [])
    output = poll.add(-1, [])
    error = poll.add(-1, [])
    exited = poll.add(-1, [])
  }

  mutating func set(_ command: CommandProcess, feeds: Bool, reads: Bool, relays: Bool) {
    poll.set(input, command.input, feeds && command.isInputOpen ? .writable : [])
    poll.set(output, command.output, reads ? .readable : [])
    poll.set(error, command.error, relays ? .readable : [])
    poll.set(exited, command.exited, .readable)
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
  var hasExited: Bool { !poll.ready(exited).isEmpty }
}
