import VimapBytes
import VimapSystem

/// What a worker does in its own process: it takes messages until there are no more.
package typealias WorkerBody = (WorkerChannel) throws -> Void

/// The worker processes of a pool, and the shared memory that they write results to, by slot.
final class WorkerSet {
  private let server: ForkServer
  private var workers: [WorkerProcess?]
  /// The memory of a slot stays when its worker is replaced.
  private let slabs: [ResultSlabs]
  /// What the workers of each slot have measured. Empty if nothing is measured.
  let tables: [ServiceTable]
  /// What is known of a slot's workers after they have ended.
  private(set) var histories: [SlotHistory]

  struct SlotHistory {
    var forks = 0
    var peakMemory: Int?
  }

  /// Starts the fork server. The workers that it forks inherit the memory that exists now.
  /// - Parameters:
  ///   - resultSlabs: how many result slabs each worker has.
  ///   - context: describes a worker's place; called in the worker's process.
  init(
    jobs: Int, resultSlabs: Int, input: SharedMemory, measures: Bool, keepsLastWords: Bool,
    context: @escaping (Int) -> WorkerContext, body: @escaping WorkerBody
  ) throws(SystemError) {
    // All memory is mapped before the first fork, in one piece. It costs nothing until it is
    // touched.
    let memory = try SlotMemory(
      jobs, size: ResultSlabLayout.memorySize(slabs: resultSlabs))
    // Checks that this is not the last memory that can be had: each process needs some of its own.
    _ = try SharedMemory(count: Self.ownMemory)
    let slabs = (0..<jobs).map { ResultSlabs(count: resultSlabs, in: memory[$0]) }
    self.slabs = slabs
    let measured = measures ? try SlotMemory(jobs, size: ServiceTable.memorySize) : nil
    let tables =
      measured.map { measured in
        (0..<jobs).map { ServiceTable(memory: measured[$0]) }
      } ?? []
    self.tables = tables
    workers = Array(repeating: nil, count: jobs)
    histories = Array(repeating: SlotHistory(), count: jobs)
    server = try ForkServer(
      keepsLastWords: keepsLastWords,
      holdsGroup: { group in slabs.contains { $0.commandGroup == group } }
    ) { number, socket, parent in
      let channel = WorkerChannel(
        context: context(number), socket: socket, input: input, shared: slabs[number].memory,
        parent: parent, table: tables.isEmpty ? nil : tables[number])
      channel.work { channel in
        // A stray write of a worker, or of a library in it, must not change other workers' answers.
        try input.limit(to: .read)
        try memory.limit(to: number)
        try measured?.limit(to: number)
        try body(channel)
      }
    }
    server.onReplacing = { [unowned self] in workers.removeAll() }
  }

  /// Descriptors that must stay free for inputs, long records and results on their way.
  private static let spareDescriptors = 6

  private static let ownMemory = 64 << 20

  var slots: Range<Int> { workers.indices }

  /// The number of workers, with those that are still being forked.
  var count: Int { workers.count { $0 != nil } }

  /// The number of workers that have reported that they are forked.
  var forkedCount: Int { workers.count { $0?.isForked == true } }

  subscript(slot: Int) -> WorkerProcess? { workers[slot] }

  /// Has a worker forked for a vacant slot, and gives it the slot's idle slabs.
  func fork(_ slot: Int, watchedBy poll: inout PollSet) throws(SystemError) {
    slabs[slot].resetState()
    // For the only worker, nothing is kept free: without it there is nothing to keep it for.
    let new = try server.fork(slot, leaving: count == 0 ? 0 : Self.spareDescriptors)
    let place = poll.add(new.descriptor.number, .readable)
    let worker = WorkerProcess(new, slabs: slabs[slot], pollPlace: place)
    workers[slot] = worker
    histories[slot].forks += 1
    worker.giveIdleSlabs()
  }

  /// Reaps a worker whose socket has ended.
  /// - Parameter isOfInterest: whether anybody wants to know how it ended.
  func reap(_ slot: Int, isOfInterest: Bool, watchedBy poll: inout PollSet) -> WorkerEnd? {
    guard let worker = workers[slot] else { return nil }
    poll.remove(worker.pollPlace)
    workers[slot] = nil
    let left = worker.reap(slot, by: server, isOfInterest: isOfInterest || !tables.isEmpty)
    if let peak = left.peakMemory {
      histories[slot].peakMemory = max(peak, histories[slot].peakMemory ?? 0)
    }
    return left
  }

  /// Has all workers leave, and sees to no more than that they do.
  func letGo(within time: Nanoseconds) {
    for slot in slots {
      workers[slot]?.send(ToWorker(kind: .close))
      workers[slot] = nil
    }
    server.letGo(within: time)
  }

  /// Kills the workers that are left, at once.
  func disband(watchedBy poll: inout PollSet) {
    for slot in slots {
      workers[slot]?.kill()
      _ = reap(slot, isOfInterest: false, watchedBy: &poll)
    }
    server.leave()
  }

  /// Releases a piece of a result slab.
  func release(_ slot: Int, _ slab: Int) {
    let memory = slabs[slot]
    memory.letGo(slab)
    if memory.isIdle(slab), let worker = workers[slot] { worker.give(slab) }
  }

  /// Whether a worker can't write, since all its slabs hold results that are not passed on yet.
  func isStuck(_ slot: Int) -> Bool { workers[slot]?.slabs.areAllHeld ?? false }
}

extension WorkerChannel {
  /// Runs a worker until it has nothing more to do, and ends the process.
  fileprivate func work(_ body: WorkerBody) -> Never {
    SystemProcess.leaveGroup()
    SystemProcess.setName("worker \(context.number)")
    Signals.unblock()
    Signals.writeFromBackground()
    var status: CInt = 0
    do {
      try tell(FromWorker(kind: .forked, index: Int(SystemProcess.current)))
      try body(self)
      try flush()
    } catch LinkError.parentIsGone {
    } catch {
      status = 1
      if let failure = error as? WorkerFailure {
        try? tell(FromWorker(kind: .failed, code: Int32(failure.errno ?? 0)), failure.message)
      } else {
        try? tell(FromWorker(kind: .exitMessage), "\(error)")
      }
    }
    SystemProcess.flushStreams()
    SystemProcess.exitNow(status)
  }
}
