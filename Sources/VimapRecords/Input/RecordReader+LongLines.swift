import VimapBytes
import VimapKit
import VimapSystem

/// A line that does not fit into a slab. It is kept in a file. If it is too long for a record, or
/// can't be kept, its bytes are only counted.
final class LongLine {
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

/// What the reader does with lines that are longer than a slab.
extension RecordReader {
  /// Moves the line from a full slab that holds no separator to a file. Returns `false` if there
  /// can be no file before another one is released.
  func beginLongLine(_ slab: Int) throws(SystemError) -> Bool {
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

  /// Adds what was read to the long line, if there is one, up to the line's end.
  func continueLongLine(in slab: Int) throws(SystemError) -> Cut? {
    guard let line = long, !inputs.isAtEnd else { return nil }
    let bytes = slabs.memory.view(slabs.start(of: slab), filled)
    if let end = bytes.firstIndex(of: mode.separator) {
      return try finishLongLine(in: slab, end: end, next: end + 1)
    }
    try add(bytes, to: line)
    rewind()
    return nil
  }

  func finishLongLine(
    in slab: Int, end: Int, next: Int
  ) throws(SystemError) -> Cut? {
    guard let line = long else { return nil }
    try add(slabs.memory.view(slabs.start(of: slab), end), to: line)
    var separator = ByteBuffer(capacity: 64)
    separator.append(mode.separator)
    try keep(separator.view, of: line, after: line.length)
    long = nil
    cursor = next
    if isNextDone { return try skip(line) }
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

  /// Passes over a line that is done, which counts nevertheless.
  private func skip(_ line: LongLine) throws(SystemError) -> Cut? {
    if let file = line.takeFile() {
      _ = try mark(of: file, line.length)
      slabs.letGoFile()
    }
    place.line += 1
    place.index += 1
    return nil
  }

  private func add(_ bytes: ByteView, to line: LongLine) throws(SystemError) {
    let before = line.length
    line.length += bytes.count
    if line.length > mode.longestRecord { try drop(line, kept: before) }
    try keep(bytes, of: line, after: before)
    if line.file == nil, !isNextDone { onDiscard(bytes) }
  }

  /// Appends bytes of the line to its file, if that can be done.
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

  /// Hands on what was kept of the line, and keeps no more of it.
  func drop(_ line: LongLine, kept: Int) throws(SystemError) {
    guard let file = line.takeFile() else { return }
    slabs.letGoFile()
    guard kept > 0, !isNextDone else { return }
    let memory = try SharedMemory(file: file.descriptor.number, count: kept)
    onDiscard(memory.view(0, kept))
  }

  /// A long line's mark, and the line itself if it cannot be handed out.
  private func mark(
    of file: MemoryFile, _ length: Int
  ) throws(SystemError) -> (mark: RecordMarker.Mark, line: SharedBytes?)? {
    guard let marker else { return nil }
    let memory = try SharedMemory(file: file.descriptor.number, count: length)
    let line = memory.view(0, length)
    let mark = self.mark(line, number: place.line, by: marker)
    guard mark.isHomeless, !isNextDone else { return (mark, nil) }
    onDiscard(line)
    return (mark, SharedBytes(copying: line.trimmed()))
  }
}
