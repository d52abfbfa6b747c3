import VimapBytes
import VimapSystem

/// A batch as the parent has it. It knows where the batch's bytes are until every record is
/// answered.
package final class InputBatch {
  let slab: Int32
  /// The file that the record is in, if it is larger than a slab.
  let file: MemoryFile?
  let offset: Int
  package let length: Int
  package let records: Int
  package let place: InputPlace
  /// The shard that all of its records belong to, if there are shards.
  package var shard: Int?
  /// The cost of its record, if there is a budget.
  package var cost = 0.0
  /// How many times each of its records has been in the input before, if that is counted.
  package var occurrence: Int32 = 0
  /// The values that the records were made from, if they are kept to stand beside the results.
  let inputs: AnyObject?
  /// Records that failed and are to be tried again.
  var parked: [Int: ParkedRecord] = [:]
  /// The number of records that are not answered, and of which there is no copy elsewhere.
  var inPlace: Int
  /// Whether its lines that are not UTF-8 have been counted.
  var hasCountedGaps = false
  /// Whether its place in the slab, or its file, has been released.
  package var isLetGo = false
  /// Whether all of its results are on their way out.
  var isPassedOn = false
  /// The place whose line number was worked out last.
  var knownLine: (offset: Int, number: Int)

  package init(
    slab: Int, offset: Int, length: Int, records: Int, place: InputPlace,
    inputs: AnyObject? = nil
  ) {
    self.slab = Int32(slab)
    self.file = nil
    self.offset = offset
    self.length = length
    self.records = records
    self.place = place
    self.inputs = inputs
    inPlace = records
    knownLine = (0, place.line)
  }

  package init(file: MemoryFile, length: Int, place: InputPlace, inputs: AnyObject? = nil) {
    self.slab = ToWorker.attachedFile
    self.file = file
    self.offset = 0
    self.length = length
    self.records = 1
    self.place = place
    self.inputs = inputs
    inPlace = 1
    knownLine = (0, place.line)
  }

  /// The message that gives a worker some of the batch's records.
  package func message(_ id: UInt64, _ records: Range<Int>, attempt: Int) -> ToWorker {
    if records.count == 1, let held = parked[records.lowerBound], let line = held.line {
      return ToWorker(
        kind: .batch, slab: ToWorker.inline, batch: id, length: line.bytes.count,
        begin: records.lowerBound, firstRecord: records.lowerBound, endRecord: records.upperBound,
        index: place.index, line: held.lineNumber, file: Int32(place.file),
        attempt: Int32(attempt), occurrence: occurrence)
    }
    return ToWorker(
      kind: .batch, slab: slab, batch: id, offset: offset, length: length,
      firstRecord: records.lowerBound, endRecord: records.upperBound, index: place.index,
      line: place.line, file: Int32(place.file), attempt: Int32(attempt),
      occurrence: occurrence)
  }

  /// The bytes that a message refers to, and the object that keeps them in memory.
  package func region(
    of message: ToWorker, in slabs: InputSlabs
  ) throws(SystemError) -> (bytes: ByteView, owner: AnyObject) {
    if message.slab == ToWorker.inline, let line = parked[message.firstRecord]?.line {
      return (line.bytes, line)
    }
    if let number = file?.descriptor.number {
      let memory = try SharedMemory(file: number, count: length)
      return (memory.view(0, length), memory)
    }
    return (slabs.memory.view(offset, length), slabs.memory)
  }

  /// Lends some of the batch's bytes.
  package func withBytes<Result>(
    _ range: Range<Int>, in slabs: InputSlabs, _ body: (ByteView) throws -> Result
  ) throws -> Result {
    guard range.upperBound <= length else { return try body(.empty) }
    if let number = file?.descriptor.number {
      let memory = try SharedMemory(file: number, count: length)
      return try body(memory.view(range.lowerBound, range.count))
    }
    return try body(slabs.memory.view(offset + range.lowerBound, range.count))
  }
}
