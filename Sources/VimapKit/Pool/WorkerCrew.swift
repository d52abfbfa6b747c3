import VimapBytes
import VimapSystem

/// The worker processes of a pool and the memory they write their results to, by seat.
final class WorkerCrew {
  private let configuration: PoolConfiguration
  private let fileNames: [String]
  private let input: SharedMemory
  private let makeWorker: PoolDriver.MakeWorker
  private var workers: [WorkerProcess?]
  /// A seat's memory is kept for its next worker.
  private var slabs: [ResultSlabs?]

  /// Called in a forked process before it works: lets go of everything that is the parent's.
  var onBecomingWorker: () -> Void = {}

  init(
    _ configuration: PoolConfiguration, fileNames: [String], input: SharedMemory,
    makeWorker: @escaping PoolDriver.MakeWorker
  ) {
    self.configuration = configuration
    self.fileNames = fileNames
    self.input = input
    self.makeWorker = makeWorker
    workers = Array(repeating: nil, count: configuration.jobs)
    slabs = Array(repeating: nil, count: configuration.jobs)
  }

  var seats: Range<Int> { workers.indices }

  /// Workers that are there.
  var count: Int { workers.count { $0 != nil } }

  subscript(seat: Int) -> WorkerProcess? { workers[seat] }

  /// Forks a worker for a vacant seat and gives it what slabs there are.
  func fork(_ seat: Int, watchedBy poll: inout PollSet) throws(SystemError) {
    let memory = try memory(of: seat)
    memory.resetState()
    var sockets = try MessageSocket.pair()
    let parent = Process.current
    guard let process = try Process.fork() else {
      if let socket = sockets.theirs.take() {
        sockets.ours = nil
        becomeWorker(seat, socket, memory, parent: parent)
      }
      Process.exitNow(1)
    }
    guard let socket = sockets.ours.take() else { return }
    let place = poll.add(socket.descriptor.number, .readable)
    let worker = WorkerProcess(
      process: process, socket: socket, slabs: memory, pollPlace: place)
    workers[seat] = worker
    worker.giveIdleSlabs()
  }

  private func memory(of seat: Int) throws(SystemError) -> ResultSlabs {
    if let memory = slabs[seat] { return memory }
    let memory = try ResultSlabs(count: SlabLayout.resultSlabCount)
    slabs[seat] = memory
    return memory
  }

  /// The child's side of a fork.
  private func becomeWorker(
    _ seat: Int, _ socket: consuming MessageSocket, _ memory: ResultSlabs, parent: ProcessID
  ) -> Never {
    Process.leaveGroup()
    Signals.unblock()
    // The other workers' sockets go too: were one held open here, its end would not be seen.
    workers.removeAll()
    onBecomingWorker()
    let link = WorkerLink(
      seat: configuration.seat(seat), mode: configuration.mode,
      fileNames: fileNames, socket: socket, input: input, shared: memory.memory,
      format: configuration.format, withMeta: configuration.withMeta)
    link.work(parent: parent, makeWorker)
  }

  /// Takes leave of a worker whose socket has ended.
  func bury(_ seat: Int, watchedBy poll: inout PollSet) -> ProcessEnd? {
    guard let worker = workers[seat] else { return nil }
    poll.remove(worker.pollPlace)
    workers[seat] = nil
    return worker.reap()
  }

  /// A piece of a result slab is not needed any more.
  func release(_ seat: Int, _ slab: Int) {
    guard let memory = slabs[seat] else { return }
    memory.letGo(slab)
    if memory.isIdle(slab), let worker = workers[seat] { worker.give(slab) }
  }

  /// Whether a worker can write nothing, because of results of its that are held.
  func isStuck(_ seat: Int) -> Bool { workers[seat]?.slabs.areAllHeld ?? false }
}
