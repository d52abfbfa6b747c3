import VimapBytes
import VimapSystem

/// The parent's view of one worker's result slabs: which are with the worker, and which hold
/// tuples that are not written out yet.
///
/// The memory outlives the worker: a slot's next worker gets the same slabs, as they fall free.
final class ResultSlabs {
  let memory: SharedMemory
  private var slabs: [State]

  private struct State {
    /// The worker may write to it.
    var isWithWorker = false
    /// Runs read from its table.
    var runsRead = 0
    /// Pieces of it that are not written out yet.
    var users = 0
  }

  /// - Parameter memory: of `ResultSlabLayout.memorySize(slabs: count)` bytes.
  init(count: Int, in memory: SharedMemory) {
    self.memory = memory
    slabs = Array(repeating: State(), count: count)
  }

  /// Slabs that can be given to the worker.
  var idle: [Int] { slabs.indices.filter { isIdle($0) } }

  func isIdle(_ slab: Int) -> Bool { !slabs[slab].isWithWorker && slabs[slab].users == 0 }

  /// The worker has nothing to write to, because of what is still held.
  var areAllHeld: Bool { !slabs.contains(where: \.isWithWorker) }

  /// Makes a slab ready to be given to the worker.
  func prepare(_ slab: Int) {
    slabs[slab] = State(isWithWorker: true)
    memory.storeWord(0, at: ResultSlabLayout.publishedWord(slab))
  }

  /// The worker will not write to the slab any more.
  func takeBack(_ slab: Int) {
    slabs[slab].isWithWorker = false
  }

  /// A piece of the slab has been written out, or copied.
  func letGo(_ slab: Int) {
    slabs[slab].users -= 1
  }

  /// The runs of a slab that have not been read yet, up to `published`; each counts as a user.
  /// `nil` where the worker's words make no sense.
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

  /// What a dead worker had finished and not yet told of.
  func salvage() -> [(slab: Int, runs: [Run])] {
    let left = slabs.indices.filter { slabs[$0].isWithWorker }.map { slab in
      let published = Int(clamping: memory.loadWord(at: ResultSlabLayout.publishedWord(slab)))
      return (slab, readRuns(of: slab, published: published) ?? [])
    }
    for slab in slabs.indices { slabs[slab].isWithWorker = false }
    return left
  }
}
