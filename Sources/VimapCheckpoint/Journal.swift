import VimapBytes
import VimapSystem

/// Where a journal is kept. What it is told is done at once, in this order; only of ``sync(_:)`` is
/// the end not waited for.
package protocol JournalDisk: AnyObject {
  /// Adds to the journal.
  func write(_ bytes: ByteView) throws(SystemError)
  /// Makes a file that is to take the journal's place, and writes to it.
  func beginReplacement(_ bytes: ByteView) throws(SystemError)
  /// Adds to that file.
  func writeReplacement(_ bytes: ByteView) throws(SystemError)
  /// Has that file take the journal's place.
  func replace() throws(SystemError)
  /// Begins to make durable what is written by now. Whoever owns the journal tells it of the end
  /// (``Journal/synced()``).
  func sync(_ request: SyncRequest) throws(SystemError)
}

/// What is to be made durable.
package struct SyncRequest: Equatable, Sendable {
  /// The name of the journal, before all else.
  package var folder: Bool
  /// What takes the journal's place rather than the journal, behind the output and the lines that
  /// failed.
  package var replacement: Bool
}

/// Writes down how far a job has come, behind each write of its output.
///
/// It is told of everything that is read and written, in the order of the output; ``commit()``
/// makes a frame of that.
package final class Journal {
  /// What is known as of the last frame.
  package private(set) var state: JobState
  /// All up to this frame is durable, with the output that it tells of.
  private var durable: Int
  private let header: JobHeader
  private let disk: any JournalDisk
  private var progress = Progress()
  private var output: StreamDigester
  private var failed: StreamDigester
  private var inputs: [InputStream] = []
  private var ahead: Ahead
  private var buffer = ByteBuffer()

  /// What is being made durable: all up to a frame.
  private var syncing: (sequence: Int, replacement: Bool)?
  private var wantsSync = false
  /// The journal's name is that of a new file, and that is not durable.
  private var hasNewName = false
  private var isReplacing = false
  /// A replacement would have no place to go back to.
  private var isProvisional = false
  /// Bytes of the journal, and of what it began with.
  private var size = 0
  private var firstSize = 0
  /// It grows by so much, or to twice its size, before it is made anew.
  private let growth: Int

  private struct InputStream {
    var digester = StreamDigester()
    var isAtEnd = false
  }

  /// So much output may be written before a frame tells of it, unless it was said that there will
  /// be more.
  static let usualAhead = Ahead(output: 4 << 20, failed: 4 << 20)

  /// Begins a journal, or makes one anew that goes on: in a file that takes its place once it is
  /// durable, which is for the caller to wait for.
  /// - Parameters:
  ///   - state: what is done by now.
  ///   - outputRest: what the output has behind its last whole block.
  ///   - failedRest: the same of the lines that failed.
  ///   - older: what there may be instead, until an output has its name that is to take its place.
  package init(
    _ header: JobHeader, _ session: Session, _ state: JobState, on disk: any JournalDisk,
    replacing older: JobState? = nil, outputRest: ByteView = .empty,
    failedRest: ByteView = .empty, growth: Int = 1 << 20
  ) throws(SystemError) {
    self.header = header
    self.disk = disk
    self.state = state
    self.state.ending = nil
    self.growth = growth
    durable = state.sequence
    ahead = Self.usualAhead
    output = StreamDigester(behind: state.output, rest: outputRest)
    failed = StreamDigester(behind: state.failed, rest: failedRest)
    beginFile()
    if let older {
      self.state.sequence += 1
      Frame.replacing(older).append(
        to: &buffer, sequence: self.state.sequence, identity: header.identity)
    }
    self.state.sequence += 1
    // What is behind the place to go on from may not be cut off yet.
    Frame.session(session).append(
      to: &buffer, sequence: self.state.sequence, identity: header.identity)
    try startReplacement()
    try sync()
  }

  /// How many frames there were, so that it can be told whether there are more.
  var position: Int { state.sequence }

  private func beginFile() {
    buffer.removeAll()
    buffer.append(Frame.title)
    Frame.header(header).append(to: &buffer, sequence: state.sequence, identity: 0)
    Frame.snapshot(state).append(
      to: &buffer, sequence: state.sequence, identity: header.identity)
  }

  private func startReplacement() throws(SystemError) {
    try disk.beginReplacement(buffer.view)
    isReplacing = true
    firstSize = buffer.count
  }

  // MARK: What happens

  /// Results are out, one behind the other.
  /// - Parameters:
  ///   - records: the records that they are of.
  ///   - isException: the records failed.
  ///   - lines: what was written to the output; `nil` where it has no place for them.
  package func add(_ records: Range<Int>, isException: Bool, lines: ByteView?) {
    progress.add(
      Progress.Entry(records: records, isException: isException, hasLines: lines != nil))
    if let lines { output.add(lines) }
  }

  /// A line was written to the output that is the result of no record.
  package func addStray(_ line: ByteView) {
    progress.entries.append(Progress.Entry(records: 0..<0, isException: true))
    output.add(line)
  }

  /// The line of a record that failed was written to where those are kept.
  package func addFailed(_ bytes: ByteView) { failed.add(bytes) }

  /// So much will be written to the output before the next frame.
  package func announce(output bytes: Int) throws(SystemError) {
    let bytes = output.length - state.output.length + bytes
    guard bytes > ahead.output else { return }
    ahead.output = bytes
    try write(takeProgress())
  }

  /// As ``announce(output:)``, of the lines that failed.
  package func announce(failed bytes: Int) throws(SystemError) {
    let bytes = failed.length - state.failed.length + bytes
    guard bytes > ahead.failed else { return }
    ahead.failed = bytes
    try write(takeProgress())
  }

  /// An input was read on.
  package func addInput(_ file: Int, _ bytes: ByteView) {
    while inputs.count <= file { inputs.append(InputStream()) }
    inputs[file].digester.add(bytes)
    inputs[file].isAtEnd = false
  }

  /// An input is at its end, as far as there is one now.
  package func endInput(_ file: Int) {
    while inputs.count <= file { inputs.append(InputStream()) }
    inputs[file].isAtEnd = true
  }

  /// Sets a count, which is kept for whoever goes on.
  package func setTotal(_ name: String, _ value: Int) {
    if (progress.totals[name] ?? state.totals[name] ?? 0) != value { progress.totals[name] = value }
  }

  // MARK: Frames

  /// Writes down what has happened since the last frame, if anything has.
  /// - Parameter always: also where that is only that something was read.
  package func commit(always: Bool = false) throws(SystemError) {
    guard
      always || !progress.entries.isEmpty || !progress.totals.isEmpty
        || output.length != state.output.length || failed.length != state.failed.length
    else { return }
    ahead = Self.usualAhead
    try write(takeProgress())
    try compactIfLarge()
  }

  private func takeProgress() -> Progress {
    var taken = progress
    progress = Progress()
    taken.durable = durable
    taken.ahead = ahead
    taken.output = StreamChange(from: state.output, to: output)
    taken.failed = StreamChange(from: state.failed, to: failed)
    for (file, input) in inputs.enumerated() {
      let known = state.inputs.indices.contains(file) ? state.inputs[file] : JobState.Input()
      // Of an input that is read once more, nothing is new until it has come further.
      guard input.digester.length >= known.mark.length,
        input.digester.length > known.mark.length || input.isAtEnd != known.isAtEnd
      else { continue }
      taken.inputs.append(
        Progress.InputChange(
          file: file, change: StreamChange(from: known.mark, to: input.digester),
          isAtEnd: input.isAtEnd))
    }
    return taken
  }

  private func write(_ progress: Progress) throws(SystemError) {
    try write(.progress(progress))
    state.apply(progress)
  }

  private func write(_ frame: Frame) throws(SystemError) {
    state.sequence += 1
    buffer.removeAll()
    frame.append(to: &buffer, sequence: state.sequence, identity: header.identity)
    // Whichever file has the name is whole at any moment.
    if isReplacing {
      try disk.writeReplacement(buffer.view)
      firstSize += buffer.count
    }
    if size > 0 {
      try disk.write(buffer.view)
      size += buffer.count
    }
  }

  /// What follows stands on a last line that has no end yet: one record, and nothing else is to
  /// come before its result is out.
  package func markProvisional() throws(SystemError) {
    try commit()
    try write(.provisional)
    isProvisional = true
  }

  /// The run is over, and all is durable (``isDurable``). Nothing comes behind this.
  package func end(_ ending: JobState.Ending) throws(SystemError) {
    try write(.ending(ending))
    state.ending = ending
  }

  private func compactIfLarge() throws(SystemError) {
    guard size > firstSize + max(growth, firstSize), !isReplacing, !isProvisional else { return }
    beginFile()
    try startReplacement()
    try sync()
  }

  // MARK: Durability

  /// Everything that was written down is durable.
  package var isDurable: Bool {
    durable == state.sequence && !hasNewName && !isReplacing && syncing == nil
  }

  /// Begins to make durable what was written by now, or does so once what is under way has ended.
  package func sync() throws(SystemError) {
    guard syncing == nil else {
      wantsSync = true
      return
    }
    wantsSync = false
    if isDurable { return }
    syncing = (state.sequence, isReplacing)
    try disk.sync(SyncRequest(folder: hasNewName, replacement: isReplacing))
    hasNewName = false
  }

  /// What was begun last has been made durable.
  package func synced() throws(SystemError) {
    guard let done = syncing else { return }
    syncing = nil
    durable = done.sequence
    if done.replacement {
      try disk.replace()
      isReplacing = false
      hasNewName = true
      size = firstSize
    }
    if wantsSync { try sync() }
  }
}
