import VimapSystem

/// The signals that a command's worker gets. They say that its command, or a process that the
/// command started, has ended or was stopped; and that vimap is suspended, or goes on.
///
/// The worker adopts the command's orphans, so it hears of their end too.
final class CommandSignals {
  private let watch: SignalWatch
  private let link: CInt

  /// - Parameter link: joins the worker to its pool.
  init(link: CInt) throws(SystemError) {
    self.link = link
    SystemProcess.adoptOrphans()
    watch = try SignalWatch([Signals.child, Signals.suspend, Signals.resume])
  }

  /// Readable when there is something to be taken.
  var descriptor: CInt { watch.descriptor.number }

  /// Takes what has come. If vimap is suspended, this suspends the command, and returns when vimap
  /// goes on or is gone.
  func take(_ command: CommandProcess?) throws(SystemError) {
    guard try watch.takeAll().contains(Signals.suspend) else { return }
    command?.signal(Signals.stop)
    let moment = Clock.now()
    try waitToGoOn()
    Clock.goBack(to: moment)
    command?.signal(Signals.resume)
  }

  private func waitToGoOn() throws(SystemError) {
    var poll = PollSet()
    let parent = poll.add(link, .hungUp)
    _ = poll.add(descriptor, .readable)
    while poll.ready(parent).isEmpty {
      // SIGCONT and SIGTSTP take each other out of what is pending, so it cannot be missed.
      if try watch.takeAll().contains(Signals.resume) { return }
      try poll.wait(milliseconds: nil)
    }
  }
}
