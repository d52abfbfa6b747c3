import VimapSystem

/// What workers that are gone have left behind: a fork server is its parent, and takes its status.
///
/// The status of a command whose worker was killed is taken only when nobody means to send a signal
/// to its group any more: until then its number, which is the group's, cannot become a stranger's.
struct Orphans: ~Copyable {
  private let holdsGroup: (ProcessID) -> Bool
  /// `nil` where it cannot be had. Then whoever is above is their parent.
  private let signals: SignalWatch?
  private var poll = PollSet()
  private let mail: Int
  private let ended: Int

  /// - Parameters:
  ///   - mail: readable when the server has something to do.
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

  /// Takes the status of those that have ended, until there is mail.
  mutating func reapUntilMessage(sparing workers: some Collection<ProcessID>) {
    guard signals != nil else { return }
    repeat {
      reap(sparing: workers)
      // Where that cannot be waited for, mail can, by receiving it.
      do { try poll.wait(milliseconds: nil) } catch { return }
      if !poll.ready(ended).isEmpty { _ = try? signals?.takeAll() }
    } while poll.ready(mail).isEmpty
  }

  /// Stops at a worker, whose status the pool asks for soon: then it is the turn of those behind
  /// it.
  private func reap(sparing workers: some Collection<ProcessID>) {
    while let child = try? SystemProcess.endedChild(), !workers.contains(child),
      !holdsGroup(SystemProcess.group(of: child)), (try? SystemProcess.poll(child)) != nil
    {}
  }
}
