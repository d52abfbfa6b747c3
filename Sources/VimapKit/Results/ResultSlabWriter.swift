import VimapBytes
import VimapSystem

/// What a worker writes to a result slab for one record.
package protocol ResultBody {
  /// An upper bound of its size in bytes.
  var sizeLimit: Int { get }

  /// Passes its parts to `put`, in order.
  func write<Failure: Error>(_ put: (ByteView) throws(Failure) -> Void) throws(Failure)
}

/// The record that an answer belongs to.
package struct AnsweredRecord {
  var batch: UInt64
  /// The number of the record in the batch, from 0.
  var number: Int
  /// For an exception: the range of the record's line in the batch.
  var exceptionLine: Range<Int>?
  /// For an exception: whether the record is worth another try.
  var isWorthRetry = false
  /// For an exception: how long the next try has to wait at least.
  var pause: Nanoseconds?
  /// For an exception: whether the worker has tried the record.
  var wasTried = true
  /// For an exception: whether the worker may have sent the record on.
  var wasSent = true
  /// For an exception: where its words are.
  var failure: FailureMark?
  /// For an exception: whether the worker was told to give the record up.
  var isCancelled = false

  package init(
    batch: UInt64, number: Int, exceptionLine: Range<Int>? = nil, isWorthRetry: Bool = false,
    pause: Nanoseconds? = nil, wasTried: Bool = true, wasSent: Bool = true,
    failure: FailureMark? = nil, isCancelled: Bool = false
  ) {
    self.batch = batch
    self.number = number
    self.exceptionLine = exceptionLine
    self.isWorthRetry = isWorthRetry
    self.pause = pause
    self.wasTried = wasTried
    self.wasSent = wasSent
    self.failure = failure
    self.isCancelled = isCancelled
  }

  /// For an exception that belongs to no record.
  static let noRecord = AnsweredRecord(batch: Run.noBatch, number: 0, exceptionLine: 0..<0)
}

/// Writes answers to a worker's result slabs, and keeps the table of runs that says which records
/// they answer.
final class ResultSlabWriter {
  /// Sends an announcement, with a descriptor to attach or -1.
  var announce: (FromWorker, CInt) throws -> Void = { _, _ in }

  private let memory: SharedMemory
  private var free: [Int] = []
  private var slab: Int?
  private var used = 0
  private var runCount = 0
  private var announcedRuns = 0
  /// The last run of the table, as long as it may be extended.
  private var openRun: Run?

  init(memory: SharedMemory) {
    self.memory = memory
  }

  /// Takes a slab from the parent, which has set its count of published runs to 0.
  func free(_ slab: Int) { free.append(slab) }

  /// Whether an answer of at most `size` bytes can be added without waiting for the parent.
  func hasRoom(for size: Int) -> Bool { fits(size) || !free.isEmpty }

  private func fits(_ size: Int) -> Bool {
    guard slab != nil, runCount < ResultSlabLayout.runCapacity else { return false }
    return used + size <= ResultSlabLayout.payloadSize || isOversize(size)
  }

  /// Whether an answer is larger than a whole slab, so that it travels in a file.
  private func isOversize(_ size: Int) -> Bool { size > ResultSlabLayout.payloadSize }

  /// Adds the answer to one record. The caller has checked ``hasRoom(for:)``.
  func add(_ answer: some ResultBody, to record: AnsweredRecord) throws {
    let size = answer.sizeLimit
    guard size <= Run.longest else { throw WorkerFailure("a result has 4 GiB or more") }
    if !fits(size) { try takeNextSlab() }
    guard let slab else { return }
    var run = Run(
      batch: record.batch, firstRecord: record.number, recordCount: 1,
      kind: record.exceptionLine == nil ? .outputs : .exception, offset: used, length: 0)
    if let line = record.exceptionLine {
      run.lineOffset = line.lowerBound
      run.lineLength = line.count
      run.failure = record.failure
      run.isWorthRetry = record.isWorthRetry
      run.wasTried = record.wasTried
      run.wasSent = record.wasSent
      run.isCancelled = record.isCancelled
      run.pauseMilliseconds = record.pause.map { min(max(1, $0.millisecondsFrom(0)), 1 << 31) } ?? 0
    }

    if isOversize(size) {
      let file = try MemoryFile()
      run.isAttached = true
      try answer.write {
        run.length += $0.count
        try file.append($0)
      }
      append(run, in: slab)
      if let announcement = announcement() {
        try announce(announcement, file.descriptor.number)
      }
      return
    }

    var cursor = memory.cursor(at: ResultSlabLayout.payload(of: slab) + used, room: size)
    answer.write { cursor.put($0) }
    let length = cursor.count
    run.length = length
    used += length
    append(run, in: slab)
  }

  /// A cursor for writing consecutive outputs to the current slab. `nil` if there is no room for
  /// any.
  func beginRow() -> MemoryCursor? {
    guard let slab, fits(0) else { return nil }
    return memory.cursor(
      at: ResultSlabLayout.payload(of: slab) + used, room: ResultSlabLayout.payloadSize - used)
  }

  /// Adds the outputs that were written, as answers to consecutive records of a batch.
  func endRow(_ row: MemoryCursor, batch: UInt64, records: Range<Int>) {
    guard let slab, !records.isEmpty else { return }
    append(
      Run(
        batch: batch, firstRecord: records.lowerBound, recordCount: records.count, kind: .outputs,
        offset: used, length: row.count), in: slab)
    used += row.count
  }

  /// Lends the last run of the table, so that it can be extended without the writer. `nil` if it
  /// can't be.
  func beginStretch() -> ResultStretch? {
    guard let slab, let run = openRun, run.kind == .outputs, !run.isAttached else { return nil }
    return ResultStretch(
      run, extent: memory.word(at: ResultSlabLayout.run(runCount - 1, of: slab) + Run.extent),
      memory.cursor(
        at: ResultSlabLayout.payload(of: slab) + used, room: ResultSlabLayout.payloadSize - used))
  }

  /// Takes the run back, with what was added to it.
  func endStretch(_ stretch: ResultStretch) {
    openRun?.recordCount = stretch.count
    openRun?.length = stretch.length
    used += stretch.written
  }

  /// Adds a run to the table, or extends the last run if the new one continues it.
  private func append(_ run: Run, in slab: Int) {
    if var open = openRun, run.extends(open) {
      open.recordCount += run.recordCount
      open.length += run.length
      memory.storeRunExtent(open, at: ResultSlabLayout.run(runCount - 1, of: slab))
      openRun = open
      return
    }
    memory.storeRun(run, at: ResultSlabLayout.run(runCount, of: slab))
    runCount += 1
    memory.storeWord(UInt64(runCount), at: ResultSlabLayout.publishedWord(slab))
    openRun = run
  }

  /// Stops writing to the current slab. This is done even if there is no other slab, so that the
  /// parent learns that this worker cannot go on.
  func giveUpSlab() throws {
    guard let slab else { return }
    let message = FromWorker(
      kind: .results, slab: Int32(slab), published: Int32(runCount), slabIsFull: true)
    self.slab = nil
    try announce(message, -1)
  }

  private func takeNextSlab() throws {
    try giveUpSlab()
    guard let next = free.popLast() else { return }
    slab = next
    used = 0
    runCount = 0
    announcedRuns = 0
    openRun = nil
  }

  /// The message that announces new runs. `nil` if there are none.
  func announcement() -> FromWorker? {
    guard let slab, announcedRuns < runCount else { return nil }
    announcedRuns = runCount
    openRun = nil
    return FromWorker(kind: .results, slab: Int32(slab), published: Int32(runCount))
  }
}

extension Run {
  /// Whether this run continues `other`, so that the two can be one.
  fileprivate func extends(_ other: Run) -> Bool {
    kind == .outputs && other.kind == .outputs && batch == other.batch
      && firstRecord == other.records.upperBound && !isAttached && !other.isAttached
  }
}
