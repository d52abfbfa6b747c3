import VimapBytes
import VimapSystem

/// A run of results: tuples that stand one behind the other in a result slab and answer records
/// that stand one behind the other in a batch.
///
/// A worker that answers in order needs one run for a whole slab; one that answers in any order
/// needs a run for each record. Runs are kept in shared memory beside the tuples and a run is made
/// longer by storing a single word, so whatever a worker finished is there to be read even when the
/// worker has been killed.
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
  /// Where the tuples begin in the slab's payload, and how long they are together.
  var offset: Int
  var length: Int
  /// For an exception, the input line in the batch, without its separator.
  var lineOffset = 0
  var lineLength = 0
  /// The tuple is not in the slab but in a file that comes with the announcement.
  var isAttached = false
  /// For an exception, where its words are; `nil` where it has none that are to be summed up.
  var failure: FailureMark?
  /// The worker was told to give the record up, and does not know what earlier tries came to.
  var isCancelled = false
  /// It is an exception whose record is worth another try.
  var isWorthRetry = false
  /// The worker tried what it answers.
  var wasTried = true
  /// It may have passed it on.
  var wasSent = true
  /// How long that try is to wait at least, where that is known, in milliseconds; else 0.
  var pauseMilliseconds = 0

  var pause: Nanoseconds? {
    pauseMilliseconds > 0 ? .milliseconds(pauseMilliseconds) : nil
  }

  /// The input line of an exception.
  var line: Range<Int> { lineOffset..<(lineOffset + lineLength) }

  var records: Range<Int> { firstRecord..<(firstRecord + recordCount) }

  /// The batch of an exception that no record is charged with.
  static let noBatch = UInt64.max

  /// Bytes a run takes in shared memory: seven words, of which the last two are an exception's.
  static let size = 56
  /// The most bytes that it can say it has.
  package static let longest = Int(UInt32.max)
  /// Where in these it says how long it is.
  static let extent = 32
}

extension SharedMemory {
  /// Stores a new run. It counts only once the slab's published word says so.
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

  /// Makes a stored run longer: one store, so that it is seen whole or not at all.
  func storeRunExtent(_ run: Run, at place: Int) {
    storeWord(pack(run.recordCount, run.length), at: place + Run.extent)
  }

  /// The run at `place`, or `nil` where what stands there is none.
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
  /// Makes the run longer that this is the extent of.
  func storeExtent(_ recordCount: Int, _ length: Int) { store(pack(recordCount, length)) }
}

private func pack(_ high: Int, _ low: Int) -> UInt64 {
  UInt64(UInt32(clamping: high)) << 32 | UInt64(UInt32(clamping: low))
}
