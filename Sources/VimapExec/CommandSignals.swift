import VimapSystem

/// What a command's worker is told by signals: that something has become of its command, or of what
/// that has started; and that vimap is suspended, or goes on.
///
/// The worker is the parent of orphans among them, so that it hears of their end too.
final class CommandSignals {
  private let watch: SignalWatch
  private let link: CInt

  /// - Parameter link: joins the worker to its pool.
  init(link: CInt) throws(SystemError) {
    self.link = link
    Process.adoptOrphans()
    watch = try SignalWatch([Signals.child, Signals.suspend, Signals.resume])
  }

  /// Readable when there is something to be taken.
  var descriptor: CInt { watch.descriptor.number }

  /// Takes what has come. Where vimap is suspended, so is the command, and this returns when they
  /// go on, or nobody is there any more who could tell.
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
