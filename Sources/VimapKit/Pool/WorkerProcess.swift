import DequeModule
import VimapBytes
import VimapSystem

/// A forked worker as the parent sees it.
final class WorkerProcess {
  /// `nil` until it has said which it is.
  private var process: ProcessID?
  /// When it has.
  private(set) var forkedAt: Nanoseconds?
  /// It is killed, or to be killed as soon as it has said so.
  private(set) var isDoomed = false
  let socket: MessageSocket
  let slabs: ResultSlabs
  /// Its number may be another process's by now.
  private var isReaped = false
  /// Its place in the parent's poll set.
  let pollPlace: Int
  /// Messages that there was no room for yet.
  private var outbox: Deque<Outgoing> = []

  /// Until when it can do nothing but wait for servers that ask for that.
  private var restEnd: Nanoseconds = 0

  private struct Outgoing {
    var message: ToWorker
    var text: SharedBytes?
    var attached: MemoryFile?
  }

  init(_ socket: consuming MessageSocket, slabs: ResultSlabs, pollPlace: Int) {
    self.socket = socket
    self.slabs = slabs
    self.pollPlace = pollPlace
  }

  /// Gives the worker every slab that is idle.
  func giveIdleSlabs() {
    for slab in slabs.idle { give(slab) }
  }

  func give(_ slab: Int) {
    slabs.prepare(slab)
    send(ToWorker(kind: .resultSlab, slab: Int32(slab)))
  }

  /// Sends a message, as soon as there is room for it. A worker that it cannot be delivered to is
  /// lost: it has ended, or the system has no means left to reach it.
  func send(_ message: ToWorker, text: SharedBytes? = nil, attached: MemoryFile? = nil) {
    let outgoing = Outgoing(message: message, text: text, attached: attached)
    if !outbox.isEmpty || !deliver(outgoing) { outbox.append(outgoing) }
  }

  /// Sends what there was no room for.
  func sendWaiting() {
    while let first = outbox.first, deliver(first) { outbox.removeFirst() }
  }

  /// Whether a message is off the hands.
  private func deliver(_ outgoing: Outgoing) -> Bool {
    do throws(SystemError) {
      return try socket.send(
        outgoing.message, text: outgoing.text?.bytes ?? .empty,
        attached: outgoing.attached?.descriptor.number ?? -1, waiting: false)
    } catch {
      kill()
      return true
    }
  }

  /// Says what is to be waited for.
  func watch(_ poll: inout PollSet) {
    poll.set(
      pollPlace, socket.descriptor.number, outbox.isEmpty ? .readable : [.readable, .writable])
  }

  /// Ends the worker, and its command with all of its process group.
  func kill() {
    if isReaped { return }
    isDoomed = true
    if let process {
      SystemProcess.kill(process)
      // It leads a group, in which is what it has started.
      SystemProcess.killGroup(process)
    }
    slabs.killCommand()
  }

  /// Sends the worker itself a signal, where it is known which process it is.
  func signal(_ number: CInt) {
    if !isReaped, let process { SystemProcess.signal(process, number) }
  }

  /// Has a command that was stopped go on.
  func resumeCommand() {
    if !isReaped { SystemProcess.signalGroup(slabs.commandGroup, Signals.resume) }
  }

  var isForked: Bool { process != nil }

  /// It has been forked, and says which process it is.
  func isForked(as process: ProcessID) {
    self.process = process
    forkedAt = Clock.now()
    if isDoomed { kill() }
  }

  /// Takes the status of a worker whose socket has ended, also of one that could not say which
  /// process it is.
  /// - Parameter isOfInterest: whether anybody wants to know it. Thousands of workers that leave
  ///   leave sooner where it need not be waited for.
  func reap(_ slot: Int, by server: ForkServer, isOfInterest: Bool) -> WorkerEnd {
    isReaped = true
    // First, as the server holds the group's number only until then.
    slabs.killCommand()
    if isOfInterest { return server.reap(slot) }
    server.reapSilently(slot)
    return WorkerEnd(.exited(status: 0))
  }

  /// How many records the worker had begun since it was forked.
  var begun: UInt64 { slabs.memory.loadWord(at: ResultSlabLayout.begunWord) }

  /// The records it had begun whose requests it had not sent.
  var unsent: UnsentRecords { UnsentRecords(in: slabs.memory) }

  /// Since when it has been at the record begun last, if it is at one and says so.
  var busySince: Nanoseconds? {
    let since = slabs.memory.loadWord(at: ResultSlabLayout.sinceWord)
    return since == 0 ? nil : since
  }

  func rest(until end: Nanoseconds) { restEnd = end }

  /// Whether all it has waits for servers that have asked to be left alone.
  func isResting(_ now: Nanoseconds) -> Bool { restEnd > now }

  /// Lets the worker leave what it has not begun, and what it still answers be dropped.
  func dismiss() { stand(.dismissed) }

  /// Has the worker leave when it has answered what it has begun. It finds that out before it
  /// begins anything more, even if it is busy and has batches at hand.
  func recall() {
    stand(.recalled)
    send(ToWorker(kind: .close))
  }

  private func stand(_ stopRequest: StopRequest) {
    slabs.memory.storeWord(stopRequest.rawValue, at: ResultSlabLayout.stopRequestWord)
  }
}

extension ResultSlabs {
  /// Prepares the words about the worker's state for a new worker.
  func resetState() {
    memory.storeWord(0, at: ResultSlabLayout.begunWord)
    memory.storeWord(0, at: ResultSlabLayout.groupWord)
    memory.storeWord(0, at: ResultSlabLayout.sinceWord)
    memory.storeWord(StopRequest.wanted.rawValue, at: ResultSlabLayout.stopRequestWord)
    UnsentRecords.clear(in: memory)
  }

  /// The process group of the worker's command; 0 where there is none, or nobody is to end it.
  var commandGroup: ProcessID {
    memory.groupSlot(at: ResultSlabLayout.groupWord).group
  }

  fileprivate func killCommand() {
    let slot = memory.groupSlot(at: ResultSlabLayout.groupWord)
    SystemProcess.killGroup(slot.group)
    slot.clear()
  }
}
