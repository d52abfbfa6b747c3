import VimapBytes
import VimapSystem

/// A batch as the parent holds it: where its bytes are until every record of it is answered.
package final class InputBatch {
  let slab: Int32
  /// For a record larger than a slab: the file it is in.
  let file: MemoryFile?
  let offset: Int
  package let length: Int
  package let records: Int
  package let place: InputPlace
  /// The shard that all of its records belong to, where there are shards.
  package var shard: Int?
  /// What its record costs, where there is a budget.
  package var cost = 0.0
  /// How many times each of its records has been in the input before, where that is counted.
  package var occurrence: Int32 = 0
  /// The values the records were made from, where they are kept to stand beside the results.
  let inputs: AnyObject?
  /// Records that failed and are to be tried again.
  var parked: [Int: ParkedRecord] = [:]
  /// Records that are not answered and lie nowhere but here.
  var inPlace: Int
  /// The lines in it that are not UTF-8 have been counted.
  var hasCountedGaps = false
  /// Its place in the slab, or its file, has been given back.
  package var isLetGo = false
  /// Its results are all on their way out.
  var isPassedOn = false
  /// Where the last line number was worked out.
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

  /// What a worker is told of some of the batch's records.
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

  /// The bytes that a message tells of, and what keeps them.
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

  /// Lends a stretch of the batch's bytes.
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
