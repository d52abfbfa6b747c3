import VimapBytes
import VimapSystem

/// What a worker does in its own process: takes messages until there are no more.
package typealias WorkerBody = (WorkerChannel) throws -> Void

/// The worker processes of a pool and the memory they write their results to, by slot.
final class WorkerSet {
  private let server: ForkServer
  private var workers: [WorkerProcess?]
  /// A slot's memory is kept for its next worker.
  private let slabs: [ResultSlabs]
  /// What the workers of each slot measure; empty where nothing is measured.
  let tables: [ServiceTable]
  /// What is known of each slot's workers, once they are gone.
  private(set) var histories: [SlotHistory]

  struct SlotHistory {
    var forks = 0
    var peakMemory: Int?
  }

  /// Forks the process that will fork the workers, which inherit what there is now.
  /// - Parameters:
  ///   - resultSlabs: how many each worker has.
  ///   - context: describes a worker's place, in its own process.
  init(
    jobs: Int, resultSlabs: Int, input: SharedMemory, measures: Bool,
    context: @escaping (Int) -> WorkerContext, body: @escaping WorkerBody
  ) throws(SystemError) {
    // All of it is there before the first fork, in one mapping, and costs nothing until touched.
    let memory = try SlotMemory(
      jobs, size: ResultSlabLayout.memorySize(slabs: resultSlabs))
    // And it is not the last that can be had: each process needs some of its own.
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
    server = try ForkServer(holdsGroup: { group in slabs.contains { $0.commandGroup == group } }) {
      number, socket, parent in
      let channel = WorkerChannel(
        context: context(number), socket: socket, input: input, shared: slabs[number].memory,
        parent: parent, table: tables.isEmpty ? nil : tables[number])
      channel.work { channel in
        // A stray write, of the worker or of a library that it uses, changes nobody else's answers.
        try input.limit(to: .read)
        try memory.limit(to: number)
        try measured?.limit(to: number)
        try body(channel)
      }
    }
    server.onReplacing = { [unowned self] in workers.removeAll() }
  }

  /// Descriptors that workers leave to the inputs, long records and results on their way.
  private static let spareDescriptors = 6

  private static let ownMemory = 64 << 20

  var slots: Range<Int> { workers.indices }

  /// Workers that are there.
  var count: Int { workers.count { $0 != nil } }

  /// Workers of which it is known that they have been forked.
  var forkedCount: Int { workers.count { $0?.isForked == true } }

  subscript(slot: Int) -> WorkerProcess? { workers[slot] }

  /// Has a worker forked for a vacant slot and gives it what slabs there are.
  func fork(_ slot: Int, watchedBy poll: inout PollSet) throws(SystemError) {
    slabs[slot].resetState()
    // Without one worker there is nothing to spare anything for.
    let new = try server.fork(slot, leaving: count == 0 ? 0 : Self.spareDescriptors)
    let place = poll.add(new.descriptor.number, .readable)
    let worker = WorkerProcess(new, slabs: slabs[slot], pollPlace: place)
    workers[slot] = worker
    histories[slot].forks += 1
    worker.giveIdleSlabs()
  }

  /// Takes leave of a worker whose socket has ended.
  /// - Parameter isOfInterest: whether anybody wants to know how it ended.
  func reap(_ slot: Int, isOfInterest: Bool, watchedBy poll: inout PollSet) -> ProcessEnd? {
    guard let worker = workers[slot] else { return nil }
    poll.remove(worker.pollPlace)
    workers[slot] = nil
    let left = worker.reap(slot, by: server, isOfInterest: isOfInterest || !tables.isEmpty)
    if let peak = left.peakMemory {
      histories[slot].peakMemory = max(peak, histories[slot].peakMemory ?? 0)
    }
    return left.end
  }

  /// Ends what is left, at once.
  func disband(watchedBy poll: inout PollSet) {
    for slot in slots {
      workers[slot]?.kill()
      _ = reap(slot, isOfInterest: false, watchedBy: &poll)
    }
    server.leave()
  }

  /// A piece of a result slab is not needed any more.
  func release(_ slot: Int, _ slab: Int) {
    let memory = slabs[slot]
    memory.letGo(slab)
    if memory.isIdle(slab), let worker = workers[slot] { worker.give(slab) }
  }

  /// Whether a worker can write nothing, because of results of its that are held.
  func isStuck(_ slot: Int) -> Bool { workers[slot]?.slabs.areAllHeld ?? false }
}

extension WorkerChannel {
  /// Runs a worker until it has no more to do, and ends the process.
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
