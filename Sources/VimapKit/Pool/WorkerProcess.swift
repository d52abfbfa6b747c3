import DequeModule
import VimapBytes
import VimapSystem

/// A forked worker as the parent sees it.
final class WorkerProcess {
  /// `nil` until the worker has reported its process id.
  private var process: ProcessID?
  /// When it has.
  private(set) var forkedAt: Nanoseconds?
  /// It is killed, or to be killed as soon as it has said so.
  private(set) var isDoomed = false
  let socket: MessageSocket
  let slabs: ResultSlabs
  /// The worker was reaped, so its process id may belong to another process by now.
  private var isReaped = false
  /// Its place in the parent's poll set.
  let pollPlace: Int
  /// Messages that did not fit into the socket yet.
  private var outbox: Deque<Outgoing> = []

  /// Until when all records of the worker wait for the end of pauses.
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

  /// Sends a message, as soon as the socket takes it. If it can't be delivered, the worker is
  /// killed: it has ended, or the system lacks the means to reach it.
  func send(_ message: ToWorker, text: SharedBytes? = nil, attached: MemoryFile? = nil) {
    let outgoing = Outgoing(message: message, text: text, attached: attached)
    if !outbox.isEmpty || !deliver(outgoing) { outbox.append(outgoing) }
  }

  /// Sends the messages that did not fit before.
  func sendWaiting() {
    while let first = outbox.first, deliver(first) { outbox.removeFirst() }
  }

  /// Tries to send a message. Returns `false` if it has to wait for room in the socket.
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

  /// Fills in the worker's place in the poll set.
  func watch(_ poll: inout PollSet) {
    poll.set(
      pollPlace, socket.descriptor.number, outbox.isEmpty ? .readable : [.readable, .writable])
  }

  /// Kills the worker, and its command with the whole process group.
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

  /// Sends a signal to the worker itself, if its process id is known.
  func signal(_ number: CInt) {
    if !isReaped, let process { SystemProcess.signal(process, number) }
  }

  /// Continues a command that was stopped.
  func resumeCommand() {
    if !isReaped { SystemProcess.signalGroup(slabs.commandGroup, Signals.resume) }
  }

  var isForked: Bool { process != nil }

  /// Called when the worker has reported its process id.
  func isForked(as process: ProcessID) {
    self.process = process
    forkedAt = Clock.now()
    if isDoomed { kill() }
  }

  /// Takes the exit status of a worker whose socket has ended, even if the worker never reported
  /// its process id.
  /// - Parameter isOfInterest: whether anybody wants to know the status. If nobody does, the pool
  ///   does not wait for it, so that thousands of workers leave sooner.
  func reap(_ slot: Int, by server: ForkServer, isOfInterest: Bool) -> WorkerEnd {
    isReaped = true
    // The command goes first: once the worker is reaped, the server no longer keeps the group's
    // number reserved.
    slabs.killCommand()
    if isOfInterest { return server.reap(slot) }
    server.reapSilently(slot)
    return WorkerEnd(.exited(status: 0))
  }

  /// The number of records that the worker has begun since it was forked.
  var begun: UInt64 { slabs.memory.loadWord(at: ResultSlabLayout.begunWord) }

  /// The records that the worker has begun, but not yet sent.
  var unsent: UnsentRecords { UnsentRecords(in: slabs.memory) }

  /// The time at which the worker began its current record. `nil` if it has none, or does not
  /// report it.
  var busySince: Nanoseconds? {
    let since = slabs.memory.loadWord(at: ResultSlabLayout.sinceWord)
    return since == 0 ? nil : since
  }

  func rest(until end: Nanoseconds) { restEnd = end }

  /// Whether all records of the worker wait for servers that have asked for a pause.
  func isResting(_ now: Nanoseconds) -> Bool { restEnd > now }

  /// Tells the worker to leave after its current record. Its answers will be dropped.
  func dismiss() { stand(.dismissed) }

  /// Tells the worker to leave when it has answered what it has begun. A word in shared memory
  /// tells it before it begins anything more, even if it is busy and has batches at hand.
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

  /// The process group of the worker's command. 0 if there is none, or if nobody is to kill it.
  var commandGroup: ProcessID {
    memory.groupSlot(at: ResultSlabLayout.groupWord).group
  }

  fileprivate func killCommand() {
    let slot = memory.groupSlot(at: ResultSlabLayout.groupWord)
    SystemProcess.killGroup(slot.group)
    slot.clear()
  }
}
