import VimapBytes
import VimapSystem

/// What a worker does in its own process: takes messages until there are no more.
typealias WorkerBody = (WorkerChannel) throws -> Void

/// The worker processes of a pool and the memory they write their results to, by seat.
final class WorkerCrew {
  private let server: ForkServer
  private var workers: [WorkerProcess?]
  /// A seat's memory is kept for its next worker.
  private let slabs: [ResultSlabs]
  /// What the workers of each seat measure; empty where nothing is measured.
  let tables: [ServiceTable]
  /// What is known of each seat's workers, once they are gone.
  private(set) var histories: [SeatHistory]

  struct SeatHistory {
    var forks = 0
    var peakMemory: Int?
  }

  /// Forks the process that will fork the workers, which inherit what there is now.
  /// - Parameters:
  ///   - resultSlabs: how many each worker has.
  ///   - seat: describes a worker's place, in its own process.
  init(
    jobs: Int, resultSlabs: Int, input: SharedMemory, measures: Bool,
    seat: @escaping (Int) -> WorkerSeat, body: @escaping WorkerBody
  ) throws(SystemError) {
    // All of it is there before the first fork, in one mapping, and costs nothing until touched.
    let memory = try SeatMemory(
      jobs, size: ResultSlabLayout.memorySize(slabs: resultSlabs))
    // And it is not the last that can be had: each process needs some of its own.
    _ = try SharedMemory(count: Self.ownMemory)
    let slabs = (0..<jobs).map { ResultSlabs(count: resultSlabs, in: memory[$0]) }
    self.slabs = slabs
    let measured = measures ? try SeatMemory(jobs, size: ServiceTable.memorySize) : nil
    let tables =
      measured.map { measured in
        (0..<jobs).map { ServiceTable(memory: measured[$0]) }
      } ?? []
    self.tables = tables
    workers = Array(repeating: nil, count: jobs)
    histories = Array(repeating: SeatHistory(), count: jobs)
    server = try ForkServer(holdsGroup: { group in slabs.contains { $0.commandGroup == group } }) {
      number, socket, parent in
      let channel = WorkerChannel(
        seat: seat(number), socket: socket, input: input, shared: slabs[number].memory,
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

  var seats: Range<Int> { workers.indices }

  /// Workers that are there.
  var count: Int { workers.count { $0 != nil } }

  /// Workers of which it is known that they have been forked.
  var forkedCount: Int { workers.count { $0?.isForked == true } }

  subscript(seat: Int) -> WorkerProcess? { workers[seat] }

  /// Has a worker forked for a vacant seat and gives it what slabs there are.
  func fork(_ seat: Int, watchedBy poll: inout PollSet) throws(SystemError) {
    slabs[seat].resetState()
    // Without one worker there is nothing to spare anything for.
    let new = try server.fork(seat, leaving: count == 0 ? 0 : Self.spareDescriptors)
    let place = poll.add(new.descriptor.number, .readable)
    let worker = WorkerProcess(new, slabs: slabs[seat], pollPlace: place)
    workers[seat] = worker
    histories[seat].forks += 1
    worker.giveIdleSlabs()
  }

  /// Takes leave of a worker whose socket has ended.
  /// - Parameter isOfInterest: whether anybody wants to know how it ended.
  func bury(_ seat: Int, isOfInterest: Bool, watchedBy poll: inout PollSet) -> ProcessEnd? {
    guard let worker = workers[seat] else { return nil }
    poll.remove(worker.pollPlace)
    workers[seat] = nil
    let left = worker.reap(seat, by: server, isOfInterest: isOfInterest || !tables.isEmpty)
    if let peak = left.peakMemory {
      histories[seat].peakMemory = max(peak, histories[seat].peakMemory ?? 0)
    }
    return left.end
  }

  /// Ends what is left, at once.
  func disband(watchedBy poll: inout PollSet) {
    for seat in seats {
      workers[seat]?.kill()
      _ = bury(seat, isOfInterest: false, watchedBy: &poll)
    }
    server.leave()
  }

  /// A piece of a result slab is not needed any more.
  func release(_ seat: Int, _ slab: Int) {
    let memory = slabs[seat]
    memory.letGo(slab)
    if memory.isIdle(slab), let worker = workers[seat] { worker.give(slab) }
  }

  /// Whether a worker can write nothing, because of results of its that are held.
  func isStuck(_ seat: Int) -> Bool { workers[seat]?.slabs.areAllHeld ?? false }
}

extension WorkerChannel {
  /// Runs a worker until it has no more to do, and ends the process.
  fileprivate func work(_ body: WorkerBody) -> Never {
    Process.leaveGroup()
    Process.setName("worker \(seat.number)")
    Signals.unblock()
    Signals.writeFromBackground()
    var status: CInt = 0
    do {
      try tell(FromWorker(kind: .forked, index: Int(Process.current)))
      try body(self)
      try flush()
    } catch LinkError.parentIsGone {
    } catch {
      status = 1
      if let failure = error as? WorkerFailure {
        try? tell(FromWorker(kind: .failed, code: Int32(failure.errno ?? 0)), failure.message)
      } else {
        try? tell(FromWorker(kind: .lastWords), "\(error)")
      }
    }
    Process.flushStreams()
    Process.exitNow(status)
  }
}
