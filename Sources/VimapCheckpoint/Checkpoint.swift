import VimapBytes
import VimapSystem

/// A job's checkpoint while a run is at work: the journal, and the helper that makes it durable
/// with what it tells of.
package final class Checkpoint {
  /// Where it is kept.
  package let path: String
  private let plan: Plan
  private let output: Written
  private let failed: Written?
  private let disk: CheckpointDisk
  /// `nil` until the run begins.
  private var journal: Journal?
  private var lastSync: Nanoseconds
  private var hasUnsynced = false
  /// Why it is not kept any more: after one failure, nothing is tried again.
  private var failure: Failure?

  /// Why it could not be kept.
  package enum Failure: Error, Equatable, Sendable {
    /// The journal could not be written.
    case journal(SystemError)
    /// Something could not be made durable.
    case durability(DurabilityFailure)

    /// What the system said.
    package var reason: SystemError {
      switch self {
      case .journal(let error): error
      case .durability(let failure): failure.error
      }
    }
  }

  /// What a checkpoint is to be.
  package struct Plan {
    package var path: String
    package var header: JobHeader
    package var session: Session
    /// What is done by now.
    package var state: JobState
    /// What takes the output's place before anything is added to it, and what is done as long as it
    /// has not.
    package var rewrite: (output: OutputRewrite, older: JobState)?
    /// So long after a sync the next one begins at the latest.
    package var interval: Nanoseconds

    package init(
      path: String, header: JobHeader, session: Session, state: JobState = JobState(),
      interval: Nanoseconds
    ) {
      self.path = path
      self.header = header
      self.session = session
      self.state = state
      self.interval = interval
    }
  }

  /// A file that is written, of whatever length it has been found.
  package struct Written: Sendable {
    package var descriptor: CInt
    package var path: String

    package init(descriptor: CInt, path: String) {
      self.descriptor = descriptor
      self.path = path
    }
  }

  /// Forks the helper, for which the process has to have one thread. Nothing is written yet.
  /// - Parameter found: the checkpoint that is gone on with.
  package init(
    _ plan: Plan, replacing found: consuming CheckpointFile?, output: Written, failed: Written?
  ) throws(Failure) {
    self.plan = plan
    self.output = output
    self.failed = failed
    path = Descriptor.withoutLinks(plan.path)
    lastSync = Clock.now()
    do throws(SystemError) {
      let folders = try Folders([path, output.path] + (failed.map { [$0.path] } ?? []))
      disk = try CheckpointDisk(
        path, replacing: found, output: output.descriptor, failed: failed?.descriptor,
        folders: folders)
    } catch {
      throw .journal(error)
    }
  }

  /// Writes down where the job is, and makes that durable. What is behind the place to go on from
  /// is cut off then, from each of the files that are written.
  package func begin() throws(Failure) {
    let state = plan.state
    do throws(SystemError) {
      let written = plan.rewrite?.output.currentPath ?? output.path
      let outputRest = try Self.rest(of: state.output, written)
      let failedRest = try failed.map { (file) throws(SystemError) in
        try Self.rest(of: state.failed, file.path)
      }
      journal = try Journal(
        plan.header, plan.session, state, on: disk, replacing: plan.rewrite?.older,
        outputRest: outputRest.bytes, failedRest: failedRest?.bytes ?? .empty)
    } catch {
      throw lost(.journal(error))
    }
    try settle()
    if let rewrite = plan.rewrite?.output { try putInPlace(rewrite) }
    do throws(SystemError) {
      try Descriptor.truncate(output.descriptor, to: state.output.length)
      if let failed { try Descriptor.truncate(failed.descriptor, to: state.failed.length) }
    } catch {
      throw lost(.journal(error))
    }
  }

  /// It has its name for good before anything is taken away that only the older output needs.
  private func putInPlace(_ rewrite: OutputRewrite) throws(Failure) {
    do throws(SystemError) {
      try rewrite.putInPlace()
      try disk.synchronizeFolders()
    } catch {
      throw lost(.journal(error))
    }
  }

  /// Puts the output into the order of the input, where that was left for the end.
  /// - Returns: whether it is in order.
  package func restoreOrder() throws(Failure) -> Bool {
    try keeping { (journal) throws(SystemError) in try journal.commit(always: true) }
    let state = state
    guard state.order != nil else { return true }
    try settle()
    let rewrite: OutputRewrite?
    do throws(SystemError) {
      rewrite = try OutputRewrite(output.path, state) { _ in false }
      guard let rewrite, let ordered = state.inOrder(output: rewrite.mark) else { return false }
      let rest = try Self.rest(of: ordered.output, rewrite.currentPath)
      let failedRest = try failed.map { (file) throws(SystemError) in
        try Self.rest(of: state.failed, file.path)
      }
      journal = try Journal(
        plan.header, plan.session, ordered, on: disk, replacing: state, outputRest: rest.bytes,
        failedRest: failedRest?.bytes ?? .empty)
    } catch {
      throw lost(.journal(error))
    }
    try settle()
    if let rewrite { try putInPlace(rewrite) }
    return true
  }

  /// What a file has behind the last whole block before the place to go on from.
  private static func rest(
    of mark: StreamMark, _ path: String
  ) throws(SystemError) -> SharedBytes {
    let start = mark.length / StreamMark.blockSize * StreamMark.blockSize
    var bytes = ByteBuffer()
    let reading = try Descriptor.open(reading: path)
    try Descriptor.seek(reading.number, to: start)
    while bytes.count < mark.length - start,
      let count = try Descriptor.read(
        reading.number, into: &bytes, limit: mark.length - start - bytes.count), count > 0
    {}
    return SharedBytes(copying: bytes.view)
  }

  /// Where there is now and then the file that will take a checkpoint's place.
  package static func replacementPath(of path: String) -> String {
    Descriptor.withoutLinks(path) + ".new"
  }

  /// What is done by now, as far as it is written down.
  package var state: JobState { journal?.state ?? plan.state }

  // MARK: What happens

  /// As ``Journal/add(_:isException:lines:)``.
  package func add(_ records: Range<Int>, isException: Bool, lines: ByteView?) {
    journal?.add(records, isException: isException, lines: lines)
  }

  /// As ``Journal/addStray(_:)``.
  package func addStray(_ line: ByteView) { journal?.addStray(line) }

  /// As ``Journal/addFailed(_:)``.
  package func addFailed(_ bytes: ByteView) { journal?.addFailed(bytes) }

  /// As ``Journal/addInput(_:_:)``.
  package func addInput(_ file: Int, _ bytes: ByteView) { journal?.addInput(file, bytes) }

  /// As ``Journal/endInput(_:)``.
  package func endInput(_ file: Int) { journal?.endInput(file) }

  /// As ``Journal/setTotal(_:_:)``.
  package func setTotal(_ name: String, _ value: Int) { journal?.setTotal(name, value) }

  /// So much will be written before the next ``commit()``.
  package func announce(output: Int, failed: Int) throws(Failure) {
    try keeping { (journal) throws(SystemError) in
      try journal.announce(output: output)
      try journal.announce(failed: failed)
    }
  }

  /// As ``Journal/markProvisional()``.
  package func markProvisional() throws(Failure) {
    try keeping { (journal) throws(SystemError) in try journal.markProvisional() }
  }

  /// As ``Journal/commit(always:)``; also has it made durable where it is time for that.
  package func commit() throws(Failure) {
    // Where nobody else does it, it is done by now.
    if disk.descriptor == nil { try takeReply() }
    try keeping { (journal) throws(SystemError) in
      let before = journal.position
      try journal.commit()
      if journal.position != before { hasUnsynced = true }
      guard hasUnsynced, Clock.now() >= lastSync + plan.interval else { return }
      try beginSync(journal)
    }
  }

  private func beginSync(_ journal: Journal) throws(SystemError) {
    lastSync = Clock.now()
    hasUnsynced = false
    try journal.sync()
  }

  /// When ``commit()`` is to be called at the latest.
  package var nextSync: Nanoseconds? { hasUnsynced ? lastSync + plan.interval : nil }

  /// Becomes readable when something has been made durable, or could not be: ``takeReply()``.
  package var descriptor: CInt? { disk.descriptor }

  package func takeReply() throws(Failure) { _ = try receive(waiting: false) }

  /// - Returns: whether there was something.
  private func receive(waiting: Bool) throws(Failure) -> Bool {
    if let failure { throw failure }
    guard let reply = disk.receive(waiting: waiting) else { return false }
    if case .failure(let failure) = reply { throw lost(.durability(failure)) }
    try keeping { (journal) throws(SystemError) in try journal.synced() }
    return true
  }

  /// The run is over. Waits until all that was written is durable, and says so.
  package func end(_ ending: JobState.Ending) throws(Failure) {
    try keeping { (journal) throws(SystemError) in try journal.commit(always: true) }
    // What was begun to be written and given up is not there to stay.
    try keeping { (journal) throws(SystemError) in
      try Self.cut(output, to: journal.state.output.length)
      if let failed { try Self.cut(failed, to: journal.state.failed.length) }
    }
    try settle()
    try keeping { (journal) throws(SystemError) in try journal.end(ending) }
    try settle()
  }

  private static func cut(_ file: Written, to length: Int) throws(SystemError) {
    if try Descriptor.length(file.descriptor) > length {
      try Descriptor.truncate(file.descriptor, to: length)
    }
  }

  private func settle() throws(Failure) {
    while journal?.isDurable == false {
      try keeping { (journal) throws(SystemError) in try journal.sync() }
      _ = try receive(waiting: true)
    }
  }

  private func keeping(
    _ body: (Journal) throws(SystemError) -> Void
  ) throws(Failure) {
    if let failure { throw failure }
    guard let journal else { return }
    do throws(SystemError) {
      try body(journal)
    } catch {
      throw lost(.journal(error))
    }
  }

  private func lost(_ failure: Failure) -> Failure {
    self.failure = failure
    return failure
  }
}
