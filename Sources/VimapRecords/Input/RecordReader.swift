import VimapBytes
import VimapCheckpoint
import VimapKit
import VimapSystem

/// Reads the inputs one after the other into slabs, and cuts batches from them on demand.
final class RecordReader {
  /// Is given the bytes of rejected lines, piece by piece, and `nil` at the end of each line.
  var onDiscard: (ByteView?) -> Void = { _ in }
  /// Called once, for the first line that was in the input before, if that is counted.
  var onRepeat: ((_ file: String, _ line: Int) -> Void)?
  /// Called for every input that begins with a byte order mark.
  var onMark: (_ file: String) -> Void = { _ in }

  let inputs: InputSequence
  let mode: InputMode
  let slabs: InputSlabs
  let marker: RecordMarker?
  /// The mark of the next record, if it is known already.
  var nextMark: RecordMarker.Mark?

  /// Where it is written down what is done.
  private let log: RunLog?
  private var skipped: SkippedRecords?
  /// The last line has no end, and is handed out when all others are done.
  private var waitsForOthers = false
  /// Whether the first bytes of the input have been looked at.
  private var hasBegun = false

  /// The slab being read into. Its bytes from `cursor` to `filled` are not cut yet; those up to
  /// `lineEnd` are whole lines.
  private var slab: Int?
  var cursor = 0
  private var lineEnd = 0
  var filled = 0
  var place = InputPlace(index: 1, line: 1, file: 0)
  var long: LongLine?

  /// How much of a line that is too long is kept to show it.
  static let shownLength = 256
  /// A slab with less free space than this is not read into any more.
  private static let leastRead = 32 << 10
  /// The most that is done before others get their turn, in bytes read.
  private static let longestTurn = 1 << 20
  /// Opening a file, or failing to, takes as long as reading this much.
  private static let openingEffort = 16 << 10
  private var effort = 0

  /// - Parameters:
  ///   - encoding: the encoding of the inputs, if it is not UTF-8.
  ///   - lookup: if given, all records of a batch belong to one shard, or each batch has one
  ///     record.
  ///   - counter: if given, all records of a batch were in the input equally often before.
  ///   - log: where it is given, records are left out that are done, and it is told what is read.
  ///   - known: what earlier runs have read.
  init(
    files: [InputFile], mode: InputMode, encoding: TextEncoding? = nil, slabs: InputSlabs,
    lookup: RecordLookup? = nil, counter: OccurrenceCounter? = nil,
    log: RunLog? = nil, known: [JobState.Input] = []
  ) {
    self.log = log
    inputs = InputSequence(files, mode, encoding, log: log, known: known)
    skipped = log.flatMap { SkippedRecords($0.done) }
    marker = RecordMarker(lookup, counter)
    self.mode = mode
    self.slabs = slabs
  }

  /// The descriptor to wait for, until it is readable, after ``Cut/waiting``.
  var waitDescriptor: CInt? { inputs.waitDescriptor }

  /// Cuts the next batch, of at most `records` records.
  func cut(records: Int) throws(SystemError) -> Cut {
    let end = effort + Self.longestTurn
    while effort < end {
      if let cut = cutWholeLines(records) { return cut }
      if inputs.isBroken { return .ended }
      guard inputs.isOpen else {
        if inputs.isLast { return .ended }
        openNext()
        continue
      }
      if inputs.isAtEnd {
        if let cut = try endFile() { return cut }
        continue
      }
      guard let slab = try slabWithRoom() else { return .noSlab }
      guard read(into: slab) else { return .waiting }
      if let cut = try continueLongLine(in: slab) { return cut }
    }
    return .more
  }

  /// The name of the current input, for messages.
  var fileName: String { inputs.name(of: place.file) ?? "" }

  /// How many bytes have been cut, and of how many, if known.
  var progress: (bytes: Int, total: Int?) {
    // It is not known from how many bytes decoded text came.
    (max(0, inputs.bytesRead - (filled - cursor) - inputs.textLeft), inputs.totalBytes)
  }

  /// The place from which on the input was not cut. `nil` if it was cut to its end.
  var rest: InputRest? {
    let (bytes, total) = progress
    let isAtEnd = !inputs.isOpen && inputs.isLast
    guard !isAtEnd, bytes != total, let name = inputs.name(of: place.file) else { return nil }
    return InputRest(file: name, line: place.line)
  }

  // MARK: Cutting

  private func cutWholeLines(_ records: Int) -> Cut? {
    guard let slab else { return nil }
    if !hasBegun { skipMark(in: slab) }
    while cursor < lineEnd {
      let start = slabs.start(of: slab) + cursor
      let bytes = slabs.memory.view(start, lineEnd - cursor)
      var mark: RecordMarker.Mark?
      let ahead = skipped?.ahead(of: place.index - 1)
      if let ahead, ahead.isDone {
        skip(bytes, records: ahead.count)
        continue
      }
      let cut = cut(bytes, records: min(records, ahead?.count ?? records), &mark)
      if cut.records > 0, let mark, mark.isHomeless, let place = mark.place {
        return reject(bytes, cut, place)
      }
      let at = place
      cursor += cut.length
      place.line += cut.lines
      place.index += cut.records
      if cut.records > 0 {
        slabs.hold(slab)
        let batch = InputBatch(
          slab: slab, offset: start, length: cut.length, records: cut.records, place: at)
        batch.shard = mark?.shard
        batch.cost = mark?.cost ?? 0
        batch.occurrence = mark?.occurrence ?? 0
        return .batch(batch)
      }
      if let length = cut.longLine {
        let line = bytes.slice(cut.length, length)
        onDiscard(line)
        cursor += length + 1
        return reject(SharedBytes(copying: line.head(Self.shownLength)), length, .tooLong)
      }
    }
    return nil
  }

  /// Passes over records that are done.
  private func skip(_ bytes: ByteView, records: Int) {
    var mark: RecordMarker.Mark?
    let cut = cut(bytes, records: records, &mark)
    cursor += cut.length
    place.line += cut.lines
    place.index += cut.records
    if cut.records == 0, let length = cut.longLine {
      cursor += length + 1
      place.line += 1
      place.index += 1
    }
  }

  /// The next record is done.
  var isNextDone: Bool { skipped?.ahead(of: place.index - 1).isDone ?? false }

  /// Skips a byte order mark: EF BB BF, which some programs write at the beginning of files.
  private func skipMark(in slab: Int) {
    let start = slabs.memory.view(slabs.start(of: slab) + cursor, min(3, filled - cursor))
    guard start.count == 3 || lineEnd > cursor || inputs.isAtEnd else { return }
    hasBegun = true
    guard start == ByteView("\u{FEFF}") else { return }
    cursor += 3
    onMark(fileName)
  }

  func reject(
    _ head: SharedBytes, _ length: Int, _ reason: RejectedLine.Reason
  ) -> Cut {
    onDiscard(nil)
    let line = RejectedLine(head: head, length: length, place: place, reason: reason)
    place.line += 1
    place.index += 1
    return .rejected(line)
  }

  // MARK: Reading

  /// The slab to read into. If the current slab is almost full, a new one is taken, and the
  /// beginning of the last line moves there.
  private func slabWithRoom() throws(SystemError) -> Int? {
    if let slab {
      if cursor == filled, slabs.hasOneUser(slab) { rewind() }
      // One byte stays free for the separator of a last line that has none.
      let room = slabs.size - 1 - filled
      if room >= Self.leastRead || (cursor == 0 && room > 0) { return slab }
      if cursor == 0 { return try beginLongLine(slab) ? slab : nil }
    }
    guard let next = slabs.take() else { return nil }
    if let slab {
      let tail = slabs.memory.view(slabs.start(of: slab) + cursor, filled - cursor)
      slabs.memory.copy(tail, to: slabs.start(of: next))
      slabs.letGo(slab)
      rewind()
      filled = tail.count
    }
    slab = next
    return next
  }

  func rewind() {
    cursor = 0
    lineEnd = 0
    filled = 0
  }

  /// Reads once. Returns `false` if the read would have to wait.
  private func read(into slab: Int) -> Bool {
    let start = slabs.start(of: slab) + filled
    // One byte stays free, as above.
    let room = slabs.size - 1 - filled
    guard let count = inputs.read(to: slabs.memory, at: start, limit: room) else { return false }
    if let last = slabs.memory.view(start, count).lastIndex(of: mode.separator) {
      lineEnd = filled + last + 1
    }
    filled += count
    effort += count
    return true
  }

  // MARK: Files

  private func openNext() {
    inputs.openNext()
    effort += Self.openingEffort
    place.file = inputs.index
    place.line = 1
    hasBegun = false
  }

  /// Cuts the last line of a file, even if it has no separator.
  private func endFile() throws(SystemError) -> Cut? {
    if let error = inputs.tornBy, let cut = try rejectTornLine(error) { return cut }
    if isLastLineOpen, try !takesLastLine() { return .noSlab }
    if long != nil, let slab { return try finishLongLine(in: slab, end: filled, next: filled) }
    if let slab, cursor < filled {
      slabs.memory.store(mode.separator, at: slabs.start(of: slab) + filled)
      filled += 1
      lineEnd = filled
      return nil
    }
    inputs.close()
    return nil
  }

  /// The last line of all has no end, and may yet go on. So that it can be taken back then, it is
  /// the last that is done.
  private var isLastLineOpen: Bool {
    guard log != nil, inputs.isLast, !isNextDone else { return false }
    guard long == nil, let slab else { return long != nil }
    return !mode.isBlank(slabs.memory.view(slabs.start(of: slab) + cursor, filled - cursor))
      && cursor < filled
  }

  private func takesLastLine() throws(SystemError) -> Bool {
    waitsForOthers = log?.isDone(before: place.index - 1) == false
    if !waitsForOthers { try log?.markLastLine() }
    return !waitsForOthers
  }

  /// Whether all others are done by now that the last line has waited for; asked once.
  func takesLastLineNow() -> Bool {
    guard waitsForOthers, log?.isDone(before: place.index - 1) == true else { return false }
    waitsForOthers = false
    return true
  }

  /// Rejects a line that was not read to its end: the rest might have made another record of it.
  private func rejectTornLine(_ error: SystemError) throws(SystemError) -> Cut? {
    if let line = long {
      try drop(line, kept: line.length)
      long = nil
      return reject(line.head, line.length, .torn(error))
    }
    guard let slab, cursor < filled else { return nil }
    let line = slabs.memory.view(slabs.start(of: slab) + cursor, filled - cursor)
    cursor = filled
    if line.trimmed().isEmpty { return nil }
    onDiscard(line)
    return reject(SharedBytes(copying: line.head(Self.shownLength)), line.count, .torn(error))
  }
}
