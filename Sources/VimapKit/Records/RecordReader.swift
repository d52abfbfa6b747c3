import VimapBytes
import VimapSystem

/// Reads the inputs, one after the other, into slabs, and cuts them into batches on demand.
final class RecordReader {
  enum Cut {
    case batch(InputBatch)
    case rejected(RejectedLine)
    /// The input has nothing yet; ``waitDescriptor`` will tell.
    case waiting
    /// There is no free slab.
    case noSlab
    case ended
  }

  /// Told of every input that cannot be read (to its end).
  var onProblem: (InputProblem) -> Void = { _ in }
  /// Handed the bytes of lines that are too long, piece by piece, and `nil` at the end of each.
  var onDiscard: (ByteView?) -> Void = { _ in }

  private let files: [InputFile]
  private let mode: InputMode
  private let slabs: InputSlabs
  private let marker: RecordMarker?
  /// The mark of the next record, if it is known already.
  private var nextMark: RecordMarker.Mark?

  private var input: OpenInput?
  private var fileIndex = -1
  private var bytesRead = 0
  private lazy var sizes = InputSizes(files)
  private var atEnd = false

  /// The slab being read into; its bytes from `cursor` to `filled` are not cut yet, and those up
  /// to `lineEnd` are whole lines.
  private var slab: Int?
  private var cursor = 0
  private var lineEnd = 0
  private var filled = 0
  private var place = InputPlace(index: 1, line: 1, file: 0)
  private var long: LongLine?

  /// How much of a line that is too long is kept to show it.
  private static let shownLength = 256
  /// With less room than this a slab is not read into any more.
  private static let leastRead = 32 << 10

  /// - Parameters:
  ///   - lookup: where it is given, all records of a batch are of one shard, or there is one in each.
  ///   - counter: where it is given, all records of a batch have been as many times before.
  init(
    files: [InputFile], mode: InputMode, slabs: InputSlabs, lookup: RecordLookup? = nil,
    counter: OccurrenceCounter? = nil
  ) {
    marker = RecordMarker(lookup, counter)
    self.files = files
    self.mode = mode
    self.slabs = slabs
  }

  /// What to wait for (to be readable) after ``Cut/waiting``.
  var waitDescriptor: CInt? { input?.descriptor }

  /// The next batch, of at most `records` records.
  func cut(records: Int) throws(SystemError) -> Cut {
    while true {
      if let cut = cutWholeLines(records) { return cut }
      guard input != nil else {
        if openNext() { continue }
        return .ended
      }
      if atEnd {
        if let cut = try endFile() { return cut }
        continue
      }
      guard let slab = try slabWithRoom() else { return .noSlab }
      guard try read(into: slab) else { return .waiting }
      if let cut = try continueLongLine(in: slab) { return cut }
    }
  }

  /// How much has been cut of how much, where that is known.
  var progress: (bytes: Int, total: Int?) {
    let ahead = input.flatMap { Descriptor.bytesAhead($0.descriptor) } ?? 0
    return (
      max(0, bytesRead - (filled - cursor)),
      sizes.total(read: bytesRead, file: fileIndex, ahead: ahead)
    )
  }

  // MARK: Cutting

  private func cutWholeLines(_ records: Int) -> Cut? {
    guard let slab else { return nil }
    while cursor < lineEnd {
      let start = slabs.start(of: slab) + cursor
      let bytes = slabs.memory.view(start, lineEnd - cursor)
      var mark: RecordMarker.Mark?
      let cut = cut(bytes, records: records, &mark)
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

  private func reject(
    _ head: SharedBytes, _ length: Int, _ reason: RejectedLine.Reason
  ) -> Cut {
    onDiscard(nil)
    let line = RejectedLine(head: head, length: length, place: place, reason: reason)
    place.line += 1
    place.index += 1
    return .rejected(line)
  }

  // MARK: Marks

  /// As the mode cuts, but no further than the records are marked alike; a record that
  /// cannot be handed out, or has a cost of its own, is by itself.
  private func cut(
    _ bytes: ByteView, records: Int, _ mark: inout RecordMarker.Mark?
  ) -> BatchCut {
    guard let marker else { return mode.cut(bytes, records: records) }
    var cut = BatchCut()
    while cut.records < records {
      let rest = bytes.slice(cut.length)
      let next = mode.cut(rest, records: 1)
      guard next.records > 0 else { return cut.records > 0 ? cut : next }
      let own = nextMark ?? marker.mark(mode.lastLine(of: rest.head(next.length)))
      if let mark, mark != own || own.isHomeless {
        nextMark = own
        return cut
      }
      nextMark = nil
      mark = own
      cut.length += next.length
      cut.lines += next.lines
      cut.records += 1
      if own.isHomeless || marker.separatesRecords { break }
    }
    return cut
  }

  private func reject(_ bytes: ByteView, _ cut: BatchCut, _ found: RecordLookup.Place) -> Cut {
    let line = mode.lastLine(of: bytes.head(cut.length))
    cursor += cut.length
    place.line += cut.lines - 1
    onDiscard(line)
    return reject(SharedBytes(copying: line.trimmed()), line.count, .unplaced(found))
  }

  /// A long line's mark, and the line itself where it cannot be handed out.
  private func mark(
    of file: MemoryFile, _ length: Int
  ) throws(SystemError) -> (mark: RecordMarker.Mark, line: SharedBytes?)? {
    guard let marker else { return nil }
    let memory = try SharedMemory(file: file.descriptor.number, count: length)
    let line = memory.view(0, length)
    let mark = marker.mark(line)
    guard mark.isHomeless else { return (mark, nil) }
    onDiscard(line)
    return (mark, SharedBytes(copying: line.trimmed()))
  }

  // MARK: Reading

  /// The slab to read into: the current one, or, when that has little room left, a new one to which
  /// the beginning of the last line moves.
  private func slabWithRoom() throws(SystemError) -> Int? {
    if let slab {
      if cursor == filled, slabs.hasOneUser(slab) { rewind() }
      // One byte stays free for a separator behind a last line that has none.
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

  private func rewind() {
    cursor = 0
    lineEnd = 0
    filled = 0
  }

  /// Reads once; `false` where that would have to wait.
  private func read(into slab: Int) throws(SystemError) -> Bool {
    guard let descriptor = input?.descriptor, let neverWaits = input?.neverWaits else {
      return false
    }
    do throws(SystemError) {
      if !neverWaits, try !Descriptor.isReady(.readable, descriptor) { return false }
      let start = slabs.start(of: slab) + filled
      let room = slabs.size - 1 - filled
      guard let count = try slabs.memory.read(from: descriptor, to: start, limit: room) else {
        return false
      }
      if count == 0 { atEnd = true }
      bytesRead += count
      if let last = slabs.memory.view(start, count).lastIndex(of: mode.separator) {
        lineEnd = filled + last + 1
      }
      filled += count
    } catch {
      report(error, isUnreadable: error.code == .isDirectory)
      atEnd = true
    }
    return true
  }

  // MARK: Files

  private func openNext() -> Bool {
    while fileIndex + 1 < files.count {
      fileIndex += 1
      place.file = fileIndex
      place.line = 1
      atEnd = false
      do throws(SystemError) {
        input = try OpenInput.open(files[fileIndex])
        return true
      } catch {
        report(error, isUnreadable: true)
      }
    }
    return false
  }

  /// What is left of a file is its last line, even without a separator.
  private func endFile() throws(SystemError) -> Cut? {
    if long != nil, let slab { return try finishLongLine(in: slab, end: filled, next: filled) }
    if let slab, cursor < filled {
      slabs.memory.store(mode.separator, at: slabs.start(of: slab) + filled)
      filled += 1
      lineEnd = filled
      return nil
    }
    input = nil
    return nil
  }

  private func report(_ error: SystemError, isUnreadable: Bool) {
    onProblem(
      InputProblem(name: files[fileIndex].name, error: error, isUnreadable: isUnreadable))
  }

  // MARK: Lines longer than a slab

  /// A line that does not fit into a slab; kept in a file, or, beyond the longest record and where
  /// that cannot be, only counted.
  private final class LongLine {
    var file: MemoryFile?
    var length = 0
    /// Why it cannot be kept.
    var problem: SystemError?
    let head: SharedBytes

    init(head: SharedBytes) {
      self.head = head
    }

    func takeFile() -> MemoryFile? {
      defer { file = nil }
      return file
    }
  }

  /// The slab is full and holds no separator. `false` where no file can be had for the line before
  /// another is given back.
  private func beginLongLine(_ slab: Int) throws(SystemError) -> Bool {
    let bytes = slabs.memory.view(slabs.start(of: slab), filled)
    let line = LongLine(head: SharedBytes(copying: bytes.head(Self.shownLength)))
    do throws(SystemError) {
      guard let file = try slabs.takeFile() else { return false }
      line.file = file
    } catch {
      line.problem = error
    }
    try add(bytes, to: line)
    long = line
    rewind()
    return true
  }

  /// Adds what was read to the long line, if one is under way, up to its end.
  private func continueLongLine(in slab: Int) throws(SystemError) -> Cut? {
    guard let line = long, !atEnd else { return nil }
    let bytes = slabs.memory.view(slabs.start(of: slab), filled)
    if let end = bytes.firstIndex(of: mode.separator) {
      return try finishLongLine(in: slab, end: end, next: end + 1)
    }
    try add(bytes, to: line)
    rewind()
    return nil
  }

  private func finishLongLine(
    in slab: Int, end: Int, next: Int
  ) throws(SystemError) -> Cut? {
    guard let line = long else { return nil }
    try add(slabs.memory.view(slabs.start(of: slab), end), to: line)
    var separator = ByteBuffer(capacity: 64)
    separator.append(mode.separator)
    try keep(separator.view, of: line, after: line.length)
    long = nil
    cursor = next
    guard let file = line.takeFile() else {
      let problem = line.length > mode.longestRecord ? nil : line.problem
      return reject(line.head, line.length, problem.map { .notKept($0) } ?? .tooLong)
    }
    let marked = try mark(of: file, line.length)
    if let whole = marked?.line, let place = marked?.mark.place {
      slabs.letGoFile()
      return reject(whole, line.length, .unplaced(place))
    }
    let batch = InputBatch(file: file, length: line.length + 1, place: place)
    batch.shard = marked?.mark.shard
    batch.cost = marked?.mark.cost ?? 0
    batch.occurrence = marked?.mark.occurrence ?? 0
    place.line += 1
    place.index += 1
    return .batch(batch)
  }

  private func add(_ bytes: ByteView, to line: LongLine) throws(SystemError) {
    let before = line.length
    line.length += bytes.count
    if line.length > mode.longestRecord { try drop(line, kept: before) }
    try keep(bytes, of: line, after: before)
    if line.file == nil { onDiscard(bytes) }
  }

  /// Keeps bytes of the line as long as that can be done.
  private func keep(
    _ bytes: ByteView, of line: LongLine, after kept: Int
  ) throws(SystemError) {
    do throws(SystemError) {
      try line.file?.append(bytes)
    } catch {
      line.problem = error
      try drop(line, kept: kept)
    }
  }

  /// Passes on what was kept of the line, and keeps no more.
  private func drop(_ line: LongLine, kept: Int) throws(SystemError) {
    guard let file = line.takeFile() else { return }
    slabs.letGoFile()
    guard kept > 0 else { return }
    let memory = try SharedMemory(file: file.descriptor.number, count: kept)
    onDiscard(memory.view(0, kept))
  }
}

extension InputMode {
  /// The last of some whole lines, without its separator.
  fileprivate func lastLine(of lines: ByteView) -> ByteView {
    let end = lines.count - 1
    let start = lines.head(end).lastIndex(of: separator).map { $0 + 1 } ?? 0
    return lines.slice(start, end - start)
  }
}
