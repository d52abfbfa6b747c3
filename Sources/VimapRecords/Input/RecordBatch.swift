import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// The records that a worker was given, found and checked: the worker's view of a piece of input.
///
/// Records are numbered by their position in the batch, from 0. Their bytes lie in memory that is
/// shared with the parent, and stay there until the last record is answered.
package final class RecordBatch {
  /// A record: its line in the region, and its own bytes, in the region or in `encoded`.
  fileprivate struct Entry {
    var line: UInt32
    var lineLength: UInt32
    var record: UInt32
    var recordLength: UInt32
  }

  private(set) var id: UInt64 = 0
  private(set) var place = InputPlace(index: 1, line: 1, file: 0)
  /// Which try of these records this is, from 1.
  package private(set) var attempt = 1
  /// Whether a worker may have sent them on in an earlier try.
  package private(set) var mayBeSent = false
  /// How many times each of these records has been in the input before, if
  /// ``RecordForm/countsOccurrences`` asks for that.
  package private(set) var occurrence = 0
  /// The records to work on. They are a part of the batch if an earlier worker died of it.
  package private(set) var records = 0..<0

  private var region = ByteView.empty
  /// Keeps the memory that the region lies in.
  private var memory: AnyObject?
  private var entries: [Entry] = []
  private var problems: [Int: JSONProblem] = [:]
  /// The records in the form in which they are passed on, if that differs from the input: text as
  /// JSON strings, and records of several lines as one line. Each ends in LF.
  private var encoded = ByteBuffer()
  private var isEncoded = false
  /// Whether some of the text is not UTF-8, so that the records have U+FFFD in it.
  private(set) var hasGaps = false
  /// The end of the run of records that lie in the region exactly as they are passed on.
  private var verbatimEnd = 0
  /// The place whose line number was worked out last.
  private var knownLine = (offset: 0, number: 1)

  init() {}

  /// Finds and checks the records of a region.
  func load(
    _ message: ToWorker, region: ByteView, memory: AnyObject, mode: InputMode,
    scanner: borrowing RecordScanner
  ) {
    id = message.batch
    place = InputPlace(index: message.index, line: message.line, file: Int(message.file))
    attempt = Int(message.attempt)
    mayBeSent = message.mayBeSent
    occurrence = Int(message.occurrence)
    records = message.firstRecord..<message.endRecord
    self.region = region
    self.memory = memory
    // As a local variable, so that the compiler need not guard each access to it.
    var entries: [Entry] = []
    swap(&entries, &self.entries)
    entries.removeAll(keepingCapacity: true)
    defer { swap(&entries, &self.entries) }
    if !problems.isEmpty { problems.removeAll() }
    encoded.removeAll()
    hasGaps = false
    isEncoded = mode.isText || mode.separator != 0x0A
    knownLine = (0, message.line)
    verbatimEnd = -1

    // Most lines are JSON that is passed on as it is. Their ends are found while they are scanned.
    let areLines = !mode.isText && mode.separator == 0x0A
    var ordinal = message.begin
    var offset = 0
    while offset < region.count, ordinal < records.upperBound {
      if areLines, ordinal >= records.lowerBound,
        let line = scanner.firstLine(of: region.slice(offset))
      {
        note(line, at: offset, ordinal: ordinal, in: &entries)
        ordinal += 1
        offset += line.length
        continue
      }
      let end = region.firstIndex(of: mode.separator, from: offset) ?? region.count
      let line = region.slice(offset, end - offset)
      // The parent counts a line that came by itself as a record, whatever is in it.
      if !mode.isBlank(line) || message.slab < 0 {
        if ordinal >= records.lowerBound {
          entries.append(
            entry(
              line, at: offset, ordinal: ordinal, mode: mode, last: entries.last, scanner: scanner))
        }
        ordinal += 1
      }
      offset = end + 1
    }
    // The region can disagree with the parent's count only if something overwrote the input.
    records = records.lowerBound..<(records.lowerBound + entries.count)
    if verbatimEnd < 0 { verbatimEnd = records.upperBound }
  }

  /// Releases the input.
  func unload() {
    memory = nil
    region = .empty
  }

  /// Takes in a line that is JSON.
  @inline(__always)
  private func note(
    _ line: RecordScanner.Line, at offset: Int, ordinal: Int, in entries: inout [Entry]
  ) {
    let isBehindLast = entries.last.map { Int($0.line + $0.lineLength) + 1 == offset } ?? true
    if verbatimEnd < 0, line.isPadded || !isBehindLast { verbatimEnd = ordinal }
    entries.append(
      Entry(
        line: UInt32(offset), lineLength: UInt32(line.length - 1),
        record: UInt32(offset + line.value.lowerBound), recordLength: UInt32(line.value.count)))
  }

  /// Checks a line and makes its entry.
  /// - Parameter last: the entry before.
  private func entry(
    _ line: ByteView, at offset: Int, ordinal: Int, mode: InputMode, last: Entry?,
    scanner: borrowing RecordScanner
  ) -> Entry {
    var entry = Entry(
      line: UInt32(offset), lineLength: UInt32(line.count), record: UInt32(offset),
      recordLength: UInt32(line.count))
    if mode.isText {
      let text =
        mode.separator == 0x0A && line.endsInCarriageReturn
        ? line.head(line.count - 1) : line
      entry.record = UInt32(encoded.count)
      if !encoded.appendString(of: text) { hasGaps = true }
      entry.recordLength = UInt32(encoded.count) - entry.record
      encoded.append(0x0A)
    } else if scanner.accepts(line) {
      if isEncoded {
        entry.record = UInt32(encoded.count)
        encoded.append(onOneLine: line.trimmed())
        entry.recordLength = UInt32(encoded.count) - entry.record
        encoded.append(0x0A)
      } else if line.isPadded {
        let record = line.trimmed()
        entry.record = UInt32(offset + line.firstRecordByte)
        entry.recordLength = UInt32(record.count)
        if verbatimEnd < 0 { verbatimEnd = ordinal }
      } else if verbatimEnd < 0, let last, Int(last.line + last.lineLength) + 1 != offset {
        verbatimEnd = ordinal
      }
    } else {
      problems[ordinal] = scanner.problem(with: line)
      if verbatimEnd < 0 { verbatimEnd = ordinal }
    }
    return entry
  }

  // MARK: Records

  /// What is wrong with a record, or `nil` if it is JSON.
  package func problem(with record: Int) -> JSONProblem? {
    problems.isEmpty ? nil : problems[record]
  }

  /// Whether any of the records is not JSON.
  package var hasProblems: Bool { !problems.isEmpty }

  /// A record's bytes without surrounding white space. For a record that is not JSON, its line.
  package func bytes(of record: Int) -> ByteView {
    let entry = entries[record - records.lowerBound]
    let isInRegion = !isEncoded || (hasProblems && problem(with: record) != nil)
    return isInRegion
      ? region.slice(Int(entry.record), Int(entry.recordLength))
      : encoded.view.slice(Int(entry.record), Int(entry.recordLength))
  }

  /// The bytes of many records, for a batch without problems.
  struct Views {
    fileprivate let entries: [Entry]
    fileprivate let bytes: ByteView
    fileprivate let first: Int

    @inline(__always)
    subscript(record: Int) -> ByteView {
      let entry = entries[record - first]
      return bytes.slice(Int(entry.record), Int(entry.recordLength))
    }
  }

  /// As ``bytes(of:)``, valid until the batch is unloaded.
  var views: Views {
    Views(entries: entries, bytes: isEncoded ? encoded.view : region, first: records.lowerBound)
  }

  /// The range of a record's line as it was read, without its separator.
  func lineRange(of record: Int) -> Range<Int> {
    let entry = entries[record - records.lowerBound]
    return Int(entry.line)..<Int(entry.line + entry.lineLength)
  }

  /// A record's line as it was read, without surrounding white space.
  package func trimmedLine(of record: Int) -> ByteView {
    let line = lineRange(of: record)
    return region.slice(line.lowerBound, line.count).trimmed()
  }

  /// The bytes that a record takes when it is passed on, with its line feed.
  /// - Parameters:
  ///   - record: the record, counted from 0 in its batch.
  ///   - asText: whether it is passed on as it was read.
  package func fedLength(of record: Int, asText: Bool) -> Int {
    (asText ? lineRange(of: record).count : bytes(of: record).count) + 1
  }

  /// The number of a record over all inputs, from 1.
  package func index(of record: Int) -> Int { place.index + record }

  /// The number of a record's line in its file, from 1.
  package func line(of record: Int, mode: InputMode) -> Int {
    let target = lineRange(of: record).lowerBound
    if target < knownLine.offset { knownLine = (0, place.line) }
    while let end = region.firstIndex(of: mode.separator, from: knownLine.offset), end < target {
      knownLine = (end + 1, knownLine.number + 1)
    }
    return knownLine.number
  }

  /// The lines of some records as they were read, each with its separator.
  package func lines(from record: Int, to end: Int) -> ByteView {
    let start = lineRange(of: record).lowerBound
    return region.slice(start, lineRange(of: end - 1).upperBound + 1 - start)
  }

  /// The first of some records whose bytes are not all written yet. `records.upperBound` if the
  /// unwritten bytes do not belong to the batch.
  package func firstTouched(by unwritten: ByteView, among records: Range<Int>) -> Int {
    if unwritten.isEmpty { return records.upperBound }
    let (offset, end): (Int, (Entry) -> Int)
    if let place = region.offset(of: unwritten) {
      (offset, end) = (place, { Int($0.line + $0.lineLength) })
    } else if isEncoded, let place = encoded.view.offset(of: unwritten) {
      (offset, end) = (place, { Int($0.record + $0.recordLength) })
    } else {
      return records.upperBound
    }
    var range = records
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      // The line feed belongs to the line.
      if end(entries[middle - self.records.lowerBound]) < offset {
        range = (middle + 1)..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }

  /// The longest piece of bytes from `record` on that holds whole records as they are passed on,
  /// each with its LF, and the record after it. `nil` if the record must be put together from its
  /// bytes and an LF.
  package func verbatim(from record: Int, to end: Int) -> (bytes: ByteView, end: Int)? {
    if isEncoded {
      guard problems.isEmpty else { return nil }
      let start = Int(entries[record - records.lowerBound].record)
      let last = entries[end - 1 - records.lowerBound]
      return (encoded.view.slice(start, Int(last.record + last.recordLength) + 1 - start), end)
    }
    let end = min(end, verbatimEnd)
    guard record < end else { return nil }
    let start = Int(entries[record - records.lowerBound].line)
    let last = entries[end - 1 - records.lowerBound]
    return (region.slice(start, Int(last.line + last.lineLength) + 1 - start), end)
  }
}

extension ByteView {
  fileprivate var isPadded: Bool { count > 0 && (self[0] <= 0x20 || self[count - 1] <= 0x20) }

  fileprivate var endsInCarriageReturn: Bool { count > 0 && self[count - 1] == 0x0D }

  fileprivate var firstRecordByte: Int {
    var index = 0
    while index < count, self[index].isJSONWhiteSpace { index += 1 }
    return index
  }
}
