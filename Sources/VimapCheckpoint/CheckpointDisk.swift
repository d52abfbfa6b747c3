import VimapBytes
import VimapSystem

/// Where a checkpoint is kept: a file, beside which there is now and then the one that will take
/// its place.
final class CheckpointDisk: JournalDisk {
  private let path: String
  private let folders: Folders
  private let files: SyncHelper.Files
  /// `nil` when somebody has killed it. What it would have done is done here then.
  private var helper: SyncHelper?
  private var journal: OwnedDescriptor?
  private var replacement: OwnedDescriptor?
  /// The one that was found, whose lock keeps others away until another takes its place.
  private var found: OwnedDescriptor?
  /// What the helper was asked for, and has not done yet.
  private var request: SyncRequest?

  init(
    _ path: String, replacing found: consuming CheckpointFile?, output: CInt, failed: CInt?,
    folders: Folders
  ) throws(SystemError) {
    self.path = path
    self.folders = folders
    files = SyncHelper.Files(output: output, failed: failed, folders: folders.numbers)
    if let found = found.take() { self.found = found.takeDescriptor() }
    helper = try SyncHelper(files)
  }

  deinit {
    if replacement != nil { Descriptor.remove(replacementPath) }
  }

  private var replacementPath: String { Checkpoint.replacementPath(of: path) }

  func write(_ bytes: ByteView) throws(SystemError) {
    guard let number = journal?.number else { return }
    try Descriptor.writeAll(number, bytes)
  }

  func beginReplacement(_ bytes: ByteView) throws(SystemError) {
    let file = try Descriptor.open(creating: replacementPath)
    let number = file.number
    // One that was left by a run which was cut off is used again; one that another run is at work
    // with is not.
    guard try Descriptor.lock(number) == .taken else {
      throw SystemError(call: "fcntl", code: .resourceTemporarilyUnavailable)
    }
    try Descriptor.truncate(number, to: 0)
    try Descriptor.writeAll(number, bytes)
    tell { (helper) throws(SystemError) in try helper.take(replacement: number) }
    replacement = consume file
  }

  func writeReplacement(_ bytes: ByteView) throws(SystemError) {
    guard let number = replacement?.number else { return }
    try Descriptor.writeAll(number, bytes)
  }

  func replace() throws(SystemError) {
    if found == nil, journal == nil, Descriptor.isThere(path) {
      // Somebody was faster.
      throw SystemError(call: "rename", code: .fileExists)
    }
    try Descriptor.rename(replacementPath, to: path)
    journal = replacement.take()
    found = nil
    tell { (helper) throws(SystemError) in try helper.noteReplaced() }
  }

  /// Has the names of files be durable, and waits for that.
  func synchronizeFolders() throws(SystemError) {
    for folder in folders.numbers { try Descriptor.synchronize(folder) }
  }

  func sync(_ request: SyncRequest) throws(SystemError) {
    self.request = request
    tell { (helper) throws(SystemError) in try helper.sync(request) }
  }

  /// One that is gone is gone for good.
  private func tell(_ body: (SyncHelper) throws(SystemError) -> Void) {
    guard let helper else { return }
    do throws(SystemError) {
      try body(helper)
    } catch {
      self.helper = nil
    }
  }

  /// Becomes readable when something has been done; `nil` where it is done at once.
  var descriptor: CInt? { helper?.descriptor }

  /// What came of what was asked for last; `nil` while it is not done, or where that is known.
  func receive(waiting: Bool) -> Result<Void, DurabilityFailure>? {
    guard let request else { return nil }
    do throws(SystemError) {
      if let helper {
        guard let reply = try helper.receive(waiting: waiting) else { return nil }
        self.request = nil
        return reply
      }
    } catch {
      helper = nil
    }
    self.request = nil
    let last = request.replacement ? replacement?.number : journal?.number
    return Result { () throws(DurabilityFailure) in
      try files.synchronize(journal: last, andFolders: request.folder)
    }
  }
}

extension CheckpointFile {
  consuming func takeDescriptor() -> OwnedDescriptor { descriptor }
}
