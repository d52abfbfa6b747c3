import VimapBytes
import VimapCheckpoint
import VimapKit
import VimapSystem

/// Tells a checkpoint what a pool does: which results are out, which lines of failed records are
/// kept, and what was read.
final class RunLog {
  /// Where the records of a batch are among all, and how many of their results are not out.
  private struct Place {
    var first: Int
    var left: Int
  }

  private let checkpoint: Checkpoint
  private let failed: FailedLines?
  private var places: [UInt64: Place] = [:]
  /// Lines of records that failed, until their exceptions are out.
  private var lines: [Int: SharedBytes] = [:]
  /// What they failed with.
  private var kinds: [Int: RecordException.Kind] = [:]
  /// How many failed with it whose exceptions are out.
  private var counts: [RecordException.Kind: Int] = [:]
  /// A line that is too long to be held by the reader, as far as it has come.
  private var discarded: ByteBuffer?
  private var isMarked = false

  /// Why nothing more is written down.
  private(set) var failure: Checkpoint.Failure?
  /// Why lines of records that failed could not be kept. Nothing more is written down then either,
  /// as that would say that they are.
  private(set) var lostLines: SystemError?

  /// - Parameter failed: where lines are kept whose records failed.
  init(_ checkpoint: Checkpoint, failed: FailedLines?) {
    self.checkpoint = checkpoint
    self.failed = failed
    for (name, count) in checkpoint.state.totals where count > 0 {
      counts[RecordException.Kind(rawValue: name)] = count
    }
    failed?.onWritten = { [unowned checkpoint] in checkpoint.addFailed($0) }
  }

  /// Records by what they failed with, of runs before this one.
  var earlierFailures: [RecordException.Kind: Int] { counts }

  // MARK: Records

  /// A batch has a number.
  /// - Parameter first: the number of its first record, from 0.
  func noteTaken(_ batch: UInt64, first: Int, records: Int) {
    places[batch] = Place(first: first, left: records)
  }

  /// A record has an exception, which is not out yet.
  /// - Parameter record: its number, from 0.
  func noteFailure(_ record: Int, _ kind: RecordException.Kind?, line: ByteView?) {
    if let kind { kinds[record] = kind }
    if failed != nil, let line { lines[record] = SharedBytes(copying: line) }
  }

  /// Takes a piece of a line that nobody else holds; `nil` is its end.
  /// - Parameter record: its number.
  func discard(_ piece: ByteView?, of record: Int) {
    guard failed != nil else { return }
    if let piece {
      var buffer = discarded.take() ?? ByteBuffer()
      buffer.append(piece)
      discarded = consume buffer
    } else if let buffer = discarded.take() {
      lines[record] = SharedBytes(copying: buffer.view)
    }
  }

  /// A result is out.
  /// - Parameter isInOutput: its bytes were written there.
  func noteOut(_ piece: ResultPiece, isInOutput: Bool) {
    let lines = isInOutput && !piece.bytes.isEmpty ? piece.bytes : nil
    guard var place = places[piece.batch] else {
      if let lines { checkpoint.addStray(lines) }
      return
    }
    let records = place.first + piece.records.lowerBound..<place.first + piece.records.upperBound
    checkpoint.add(records, isException: piece.kind == .exception, lines: lines)
    if piece.kind == .exception { records.forEach(putOut) }
    place.left -= records.count
    places[piece.batch] = place.left > 0 ? place : nil
  }

  private func putOut(failed record: Int) {
    if let kind = kinds.removeValue(forKey: record) {
      counts[kind, default: 0] += 1
      checkpoint.setTotal(kind.rawValue, counts[kind, default: 0])
    }
    if let line = lines.removeValue(forKey: record) { failed?.add(line.bytes) }
  }

  // MARK: Input

  func read(_ file: Int, _ bytes: ByteView) { checkpoint.addInput(file, bytes) }
  func end(_ file: Int) { checkpoint.endInput(file) }

  /// The records that are done, and are not to be done again.
  var done: RecordSet { checkpoint.state.done }

  /// Whether all records before one are done. Then a last line without its end can be handed out.
  func isDone(before record: Int) -> Bool { done.lowWater >= record }

  /// Such a line is handed out.
  func markLastLine() throws(SystemError) {
    guard !isMarked else { return }
    isMarked = true
    try keeping { (checkpoint) throws(Checkpoint.Failure) in try checkpoint.markProvisional() }
  }

  // MARK: Writing down

  /// So much is about to be written to the output.
  func announce(output: Int) throws(SystemError) {
    let failed = failed?.pending ?? 0
    try keeping { (checkpoint) throws(Checkpoint.Failure) in
      try checkpoint.announce(output: output, failed: failed)
    }
  }

  /// Writes the lines that failed whose exceptions are out, and then what is done.
  func commit() throws(SystemError) {
    if lostLines != nil { return }
    do throws(SystemError) {
      try failed?.flush()
    } catch {
      lostLines = error
      throw error
    }
    try keeping { (checkpoint) throws(Checkpoint.Failure) in try checkpoint.commit() }
  }

  /// When ``commit()`` is to be called at the latest.
  var nextMoment: Nanoseconds? { isKept ? checkpoint.nextSync : nil }

  /// All is written down.
  private var isKept: Bool { failure == nil && lostLines == nil }

  /// Becomes readable when something has been made durable, or could not be.
  var descriptor: CInt? { isKept ? checkpoint.descriptor : nil }

  func takeReply() throws(SystemError) {
    try keeping { (checkpoint) throws(Checkpoint.Failure) in try checkpoint.takeReply() }
  }

  private func keeping(
    _ body: (Checkpoint) throws(Checkpoint.Failure) -> Void
  ) throws(SystemError) {
    guard isKept else { return }
    do throws(Checkpoint.Failure) {
      try body(checkpoint)
    } catch {
      failure = error
      throw error.reason
    }
  }
}
