import VimapBytes
import VimapSystem

/// A run of results: consecutive tuples in a result slab that answer consecutive records of a
/// batch.
///
/// A worker that answers in order needs a single run for a whole slab. A worker that answers in any
/// order needs a run for each record. Runs are kept in shared memory beside the tuples, and a run
/// is extended by storing a single word. So even after a worker was killed, everything that it had
/// finished can be read.
package struct Run: Equatable {
  package enum Kind: UInt8 {
    /// Tuples of type `output`.
    case outputs = 0
    /// One tuple of type `exception`.
    case exception = 1
  }

  var batch: UInt64
  /// The first record answered, counted from 0 in its batch.
  var firstRecord: Int
  var recordCount: Int
  var kind: Kind
  /// Where the tuples begin in the slab's payload, and how many bytes they have together.
  var offset: Int
  var length: Int
  /// For an exception, the range of the input line in the batch, without the separator.
  var lineOffset = 0
  var lineLength = 0
  /// Whether the tuple is in a file that comes with the announcement, and not in the slab.
  var isAttached = false
  /// For an exception, where its words are. `nil` if it is not counted by its words.
  var failure: FailureMark?
  /// Whether the worker was told to give the record up. Then it does not know how earlier tries
  /// failed.
  var isCancelled = false
  /// Whether this is an exception whose record is worth another try.
  var isWorthRetry = false
  /// Whether the worker has tried the record that it answers.
  var wasTried = true
  /// Whether the worker may have sent the record on.
  var wasSent = true
  /// How long the next try has to wait at least, in milliseconds; 0 if that is not known.
  var pauseMilliseconds = 0

  var pause: Nanoseconds? {
    pauseMilliseconds > 0 ? .milliseconds(pauseMilliseconds) : nil
  }

  /// The input line of an exception.
  var line: Range<Int> { lineOffset..<(lineOffset + lineLength) }

  var records: Range<Int> { firstRecord..<(firstRecord + recordCount) }

  /// The batch number of an exception that belongs to no record.
  static let noBatch = UInt64.max

  /// The bytes of a run in shared memory: seven words, the last two only for exceptions.
  static let size = 56
  /// The most bytes of tuples that a run can have.
  package static let longest = Int(UInt32.max)
  /// The offset of the word with the run's counts of records and bytes.
  static let extent = 32
}

extension SharedMemory {
  /// Stores a new run. It counts only once the slab's published word includes it.
  func storeRun(_ run: Run, at place: Int) {
    storeWord(run.batch, at: place)
    storeWord(pack(run.firstRecord, run.offset), at: place + 8)
    let nature =
      Int(run.kind.rawValue) | (run.isAttached ? Int(attachedBit) : 0)
      | (run.isWorthRetry ? Int(retryBit) : 0) | (run.wasTried ? 0 : Int(untriedBit))
      | (run.wasSent ? 0 : Int(unsentBit))
      | (run.failure == nil ? 0 : Int(failureBit)) | (run.isCancelled ? Int(cancelledBit) : 0)
    storeWord(pack(run.pauseMilliseconds, nature), at: place + 16)
    storeWord(pack(run.lineOffset, run.lineLength), at: place + 24)
    if let mark = run.failure {
      storeWord(pack(mark.message.lowerBound, mark.message.count), at: place + 40)
      storeWord(pack(mark.exitMessage.lowerBound, mark.exitMessage.count), at: place + 48)
    }
    storeRunExtent(run, at: place)
  }

  /// Extends a stored run. This is a single store, so a reader sees all of it or nothing.
  func storeRunExtent(_ run: Run, at place: Int) {
    storeWord(pack(run.recordCount, run.length), at: place + Run.extent)
  }

  /// Loads the run at `place`. `nil` if there is no valid run.
  func loadRun(at place: Int) -> Run? {
    let nature = loadWord(at: place + 16)
    guard let kind = Run.Kind(rawValue: UInt8(nature & 0xFF)) else { return nil }
    let (first, offset) = unpack(loadWord(at: place + 8))
    let (lineOffset, lineLength) = unpack(loadWord(at: place + 24))
    let (count, length) = unpack(loadWord(at: place + 32))
    return Run(
      batch: loadWord(at: place), firstRecord: first, recordCount: count, kind: kind,
      offset: offset, length: length, lineOffset: lineOffset, lineLength: lineLength,
      isAttached: nature & attachedBit != 0, failure: loadMark(at: place, nature),
      isCancelled: nature & cancelledBit != 0,
      isWorthRetry: nature & retryBit != 0, wasTried: nature & untriedBit == 0,
      wasSent: nature & unsentBit == 0,
      pauseMilliseconds: unpack(nature).high)
  }

  private func loadMark(at place: Int, _ nature: UInt64) -> FailureMark? {
    guard nature & failureBit != 0 else { return nil }
    return FailureMark(
      message: range(unpack(loadWord(at: place + 40))),
      exitMessage: range(unpack(loadWord(at: place + 48))))
  }

  private func range(_ words: (high: Int, low: Int)) -> Range<Int> {
    words.high..<(words.high + words.low)
  }

  private var attachedBit: UInt64 { 1 << 8 }
  private var retryBit: UInt64 { 1 << 9 }
  private var untriedBit: UInt64 { 1 << 10 }
  private var unsentBit: UInt64 { 1 << 11 }
  private var failureBit: UInt64 { 1 << 12 }
  private var cancelledBit: UInt64 { 1 << 13 }

  private func unpack(_ word: UInt64) -> (high: Int, low: Int) {
    (Int(word >> 32), Int(word & 0xFFFF_FFFF))
  }
}

extension SharedWord {
  /// Extends the run whose counts are in this word.
  func storeExtent(_ recordCount: Int, _ length: Int) { store(pack(recordCount, length)) }
}

private func pack(_ high: Int, _ low: Int) -> UInt64 {
  UInt64(UInt32(clamping: high)) << 32 | UInt64(UInt32(clamping: low))
}
