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

  /// Reaps orphans as they end, until a request arrives.
  mutating func reapUntilMessage(sparing workers: some Collection<ProcessID>) {
    guard signals != nil else { return }
    repeat {
      reap(sparing: workers)
      // If polling fails, the caller waits for the request by receiving it.
      do { try poll.wait(milliseconds: nil) } catch { return }
      if !poll.ready(ended).isEmpty { _ = try? signals?.takeAll() }
    } while poll.ready(mail).isEmpty
  }

  /// Stops at a child that is a worker. The pool asks for the status of that worker soon, and then
  /// the children behind it are reaped.
  private func reap(sparing workers: some Collection<ProcessID>) {
    while let child = try? SystemProcess.endedChild(), !workers.contains(child),
      !holdsGroup(SystemProcess.group(of: child)), (try? SystemProcess.poll(child)) != nil
    {}
  }
}
