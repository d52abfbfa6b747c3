import VimapBytes
import VimapSystem

/// The parent's view of one worker's result slabs: which of them are with the worker, and which
/// hold tuples that are not written yet.
///
/// The memory outlives the worker: the slot's next worker gets the same slabs, as they become free.
final class ResultSlabs {
  let memory: SharedMemory
  private var slabs: [State]

  private struct State {
    /// Whether the worker may write to it.
    var isWithWorker = false
    /// How many runs of its table have been read.
    var runsRead = 0
    /// How many of its pieces are not written yet.
    var users = 0
  }

  /// - Parameter memory: `ResultSlabLayout.memorySize(slabs: count)` bytes.
  init(count: Int, in memory: SharedMemory) {
    self.memory = memory
    slabs = Array(repeating: State(), count: count)
  }

  /// The slabs that can be given to the worker.
  var idle: [Int] { slabs.indices.filter { isIdle($0) } }

  func isIdle(_ slab: Int) -> Bool { !slabs[slab].isWithWorker && slabs[slab].users == 0 }

  /// The worker has no slab to write to, since all of them hold results.
  var areAllHeld: Bool { !slabs.contains(where: \.isWithWorker) }

  /// Prepares a slab for the worker.
  func prepare(_ slab: Int) {
    slabs[slab] = State(isWithWorker: true)
    memory.storeWord(0, at: ResultSlabLayout.publishedWord(slab))
  }

  /// Notes that the worker writes no more to the slab.
  func takeBack(_ slab: Int) {
    slabs[slab].isWithWorker = false
  }

  /// Releases a piece of the slab that has been written or copied.
  func letGo(_ slab: Int) {
    slabs[slab].users -= 1
  }

  /// Reads the runs of a slab that have not been read yet, up to `published`. Each counts as a
  /// user. `nil` if the worker's numbers make no sense.
  func readRuns(of slab: Int, published: Int) -> [Run]? {
    guard slabs.indices.contains(slab), slabs[slab].isWithWorker,
      published <= ResultSlabLayout.runCapacity, published >= slabs[slab].runsRead
    else { return nil }
    var runs: [Run] = []
    for index in slabs[slab].runsRead..<published {
      guard let run = memory.loadRun(at: ResultSlabLayout.run(index, of: slab)),
        run.isAttached || run.offset + run.length <= ResultSlabLayout.payloadSize
      else { return nil }
      runs.append(run)
    }
    slabs[slab].runsRead = published
    slabs[slab].users += runs.count
    return runs
  }

  func bytes(of run: Run, in slab: Int) -> ByteView {
    memory.view(ResultSlabLayout.payload(of: slab) + run.offset, run.length)
  }

  /// Reads what a dead worker had finished and not announced yet.
  func salvage() -> [(slab: Int, runs: [Run])] {
    let left = slabs.indices.filter { slabs[$0].isWithWorker }.map { slab in
      let published = Int(clamping: memory.loadWord(at: ResultSlabLayout.publishedWord(slab)))
      return (slab, readRuns(of: slab, published: published) ?? [])
    }
    for slab in slabs.indices { slabs[slab].isWithWorker = false }
    return left
  }
}
