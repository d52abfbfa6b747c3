import VimapBytes
import VimapSystem

/// A record that failed and will be tried again, with what is kept of it until it is answered.
final class ParkedRecord {
  /// A copy of its line with the separator. `nil` if the line stays in its batch.
  let line: SharedBytes?
  /// The range of its line in the batch, without the separator.
  let range: Range<Int>
  /// The number of its line in its file.
  let lineNumber: Int
  /// The exception of its last try, which is its answer if it gets no more tries.
  var exception: ExceptionTuple

  init(
    line: SharedBytes?, range: Range<Int>, lineNumber: Int, exception: ExceptionTuple
  ) {
    self.line = line
    self.range = range
    self.lineNumber = lineNumber
    self.exception = exception
  }

  /// The memory that it takes, in bytes.
  var size: Int { (line?.bytes.count ?? 0) + exception.bytes.bytes.count }
}

/// Parking copies a record out of its batch, so that a few records that wait for long keep no slab.
extension InputBatch {
  /// Parks a record that has failed.
  /// - Parameters:
  ///   - line: the range of its line in the batch, without the separator.
  ///   - separator: the byte that ends a line. `nil` if records are not lines; then they stay in
  ///     place.
  ///   - exception: what it failed with.
  /// - Returns: by how many bytes the memory of parked records has grown.
  func park(
    _ record: Int, line: Range<Int>, separator: UInt8?, _ exception: ExceptionTuple,
    in slabs: InputSlabs
  ) -> Int {
    if let known = parked[record] {
      let size = known.size
      known.exception = exception
      return known.size - size
    }
    var copy: SharedBytes?
    var number = place.line
    if let separator, file == nil, line.upperBound <= length {
      number = lineNumber(at: line.lowerBound, separator, in: slabs)
      var text = ByteBuffer(capacity: line.count + 1)
      text.append(slabs.memory.view(offset + line.lowerBound, line.count))
      text.append(separator)
      copy = SharedBytes(taking: text)
      inPlace -= 1
    }
    let new = ParkedRecord(line: copy, range: line, lineNumber: number, exception: exception)
    parked[record] = new
    return new.size
  }

  /// Counts some records as answered.
  /// - Returns: how many bytes of parked records were released.
  func settle(_ records: Range<Int>) -> Int {
    inPlace -= records.count
    if parked.isEmpty { return 0 }
    var freed = 0
    for record in records {
      guard let known = parked.removeValue(forKey: record) else { continue }
      freed += known.size
      if known.line != nil { inPlace += 1 }
    }
    return freed
  }

  /// The number of a record's line in its file.
  /// - Parameter line: the range of the line in the batch.
  package func lineNumber(
    of record: Int, _ line: Range<Int>, separator: UInt8, in slabs: InputSlabs
  ) -> Int {
    if let known = parked[record] { return known.lineNumber }
    guard file == nil, line.upperBound <= length else { return place.line }
    return lineNumber(at: line.lowerBound, separator, in: slabs)
  }

  /// As ``lineNumber(of:_:separator:in:)``, for when the line's place is not known. `nil` if the
  /// batch's bytes are gone.
  /// - Parameter countLines: counts the lines that the first records of some bytes take.
  package func lineNumber(
    of record: Int, slabs: InputSlabs, countLines: (ByteView, _ records: Int) -> Int
  ) -> Int? {
    if let known = parked[record] { return known.lineNumber }
    if file != nil { return place.line }
    if isLetGo { return nil }
    return place.line + countLines(slabs.memory.view(offset, length), record + 1) - 1
  }

  private func lineNumber(
    at target: Int, _ separator: UInt8, in slabs: InputSlabs
  ) -> Int {
    if target < knownLine.offset { knownLine = (0, place.line) }
    let bytes = slabs.memory.view(offset, target)
    while let end = bytes.firstIndex(of: separator, from: knownLine.offset) {
      knownLine = (end + 1, knownLine.number + 1)
    }
    return knownLine.number
  }

  /// Lends a record's line.
  /// - Parameter range: the range of the line in the batch.
  package func withLine<Result>(
    of record: Int, _ range: Range<Int>, in slabs: InputSlabs,
    _ body: (ByteView) throws -> Result
  ) throws -> Result {
    if let line = parked[record]?.line {
      return try body(line.bytes.head(line.bytes.count - 1))
    }
    return try withBytes(parked[record]?.range ?? range, in: slabs, body)
  }
}
