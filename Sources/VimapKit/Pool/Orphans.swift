import VimapSystem

/// Reaps the processes that workers leave behind when they end. The fork server becomes their
/// parent, and takes their exit status.
///
/// When a worker was killed, the status of its command is taken only after everybody has stopped
/// sending signals to the command's process group. The group's number is the command's process id,
/// and until the status is taken, the kernel gives that number to nobody else.
struct Orphans: ~Copyable {
  private let holdsGroup: (ProcessID) -> Bool
  /// `nil` if SIGCHLD cannot be watched. Then the next parent above reaps the orphans.
  private let signals: SignalWatch?
  private var poll = PollSet()
  private let mail: Int
  private let ended: Int

  /// - Parameters:
  ///   - mail: readable when a request for the server has arrived.
  ///   - holdsGroup: whether a signal may still be sent to a process group.
  init(mail: CInt, _ holdsGroup: @escaping (ProcessID) -> Bool) {
    self.holdsGroup = holdsGroup
    signals = try? SignalWatch([Signals.child])
    self.mail = poll.add(mail, .readable)
    switch signals {
    case .some(let watch):
      ended = poll.add(watch.descriptor.number, .readable)
      SystemProcess.adoptOrphans()
    case .none: ended = poll.add(-1, [])
    }
  }

  /// Whether it can be waited for several things at once.
  var canWatch: Bool { signals != nil }

  /// Takes the status of those that have ended, until there is mail.
  mutating func reapUntilMessage(
    sparing workers: some Collection<ProcessID>, passingOn words: LastWords
  ) {
    guard signals != nil else { return }
    repeat {
      reap(sparing: workers)
      // Where that cannot be waited for, mail can, by receiving it.
      do { try wait(words, nil) } catch { return }
    } while poll.ready(mail).isEmpty
  }

  private mutating func wait(_ words: LastWords, _ limit: Int?) throws(SystemError) {
    words.watch(&poll)
    try poll.wait(milliseconds: limit)
    words.passOn(poll)
    if !poll.ready(ended).isEmpty { _ = try? signals?.takeAll() }
  }

  /// Waits until workers have left who have been told to; those that take longer are ended, and all
  /// when the program ends. What they have started ends with them.
  mutating func seeOut(
    _ workers: some Collection<ProcessID>, within time: Nanoseconds, passingOn words: LastWords
  ) {
    let end = Clock.now().plus(time)
    var left = Set(workers)
    while !left.isEmpty, case let limit = end.millisecondsFrom(Clock.now()), limit > 0 {
      if let child = try? SystemProcess.endedChild() {
        if left.remove(child) != nil { SystemProcess.killGroup(child) }
        _ = try? SystemProcess.poll(child)
        continue
      }
      guard signals != nil, (try? wait(words, limit)) != nil, poll.ready(mail).isEmpty else {
        break
      }
    }
    for worker in left {
      SystemProcess.kill(worker)
      SystemProcess.killGroup(worker)
    }
    words.passOnAll()
  }

  /// Stops at a worker, whose status the pool asks for soon: then it is the turn of those behind
  /// it.
  private func reap(sparing workers: some Collection<ProcessID>) {
    while let child = try? SystemProcess.endedChild(), !workers.contains(child),
      !holdsGroup(SystemProcess.group(of: child)), (try? SystemProcess.poll(child)) != nil
    {}
  }
}
