import VimapSystem

/// What a command's supervisor waits for: its pool, and the command's pipes and end.
struct CommandWatch: ~Copyable {
  private var poll = PollSet()
  private let input: Int
  private let output: Int
  private let error: Int
  private let exited: Int

  /// - Parameter link: readable when the pool has something to say.
  init(link: CInt) {
    _ = poll.add(link, .readable)
    input = poll.add(-1, [])
    output = poll.add(-1, [])
    error = poll.add(-1, [])
    exited = poll.add(-1, [])
  }

  /// Chooses what to wait for.
  /// - Parameters:
  ///   - feeds: there is something to write to the command.
  ///   - reads: there is room for what it says.
  ///   - relays: its standard error has not ended.
  mutating func set(_ command: CommandProcess?, feeds: Bool, reads: Bool, relays: Bool) {
    let runs = command.map { $0.end == nil } ?? false
    let canFeed = feeds && runs && command?.isInputOpen == true
    poll.set(input, command?.input ?? -1, canFeed ? .writable : [])
    poll.set(output, command?.output ?? -1, reads && command != nil ? .readable : [])
    poll.set(error, command?.error ?? -1, relays && command != nil ? .readable : [])
    poll.set(exited, command?.exited ?? -1, runs ? .readable : [])
  }

  /// Waits until something happens or a moment has come; returns the time.
  mutating func wait(
    until moment: Nanoseconds?, from now: Nanoseconds
  ) throws(SystemError) -> Nanoseconds {
    try poll.wait(milliseconds: moment?.millisecondsFrom(now))
    return Clock.now()
  }

  var hasOutput: Bool { !poll.ready(output).isEmpty }
  var hasError: Bool { !poll.ready(error).isEmpty }
  var hasExited: Bool { !poll.ready(exited).isEmpty }
}
