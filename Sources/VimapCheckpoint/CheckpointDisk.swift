import VimapBytes
import VimapSystem

/// Where a checkpoint is kept: a file, beside which there is now and then the one that will take
/// its place.
final class CheckpointDisk: JournalDisk {
  private let path: String
  private let helper: SyncHelper
  private var journal: OwnedDescriptor?
  private var replacement: OwnedDescriptor?
  /// The one that was found, whose lock keeps others away until another takes its place.
  private var found: OwnedDescriptor?

  init(
    _ path: String, replacing found: consuming CheckpointFile?, output: CInt, failed: CInt?,
    folders: [CInt]
  ) throws(SystemError) {
    self.path = path
    if let found = found.take() { self.found = found.takeDescriptor() }
    helper = try SyncHelper(output: output, failed: failed, folders: folders)
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
    try helper.take(replacement: number)
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
    try helper.noteReplaced()
  }

  func sync(_ request: SyncRequest) throws(SystemError) { try helper.sync(request) }

  var descriptor: CInt { helper.descriptor }

  func receive(waiting: Bool) throws(SystemError) -> Result<Void, DurabilityFailure>? {
    try helper.receive(waiting: waiting)
  }
}

extension CheckpointFile {
  consuming func takeDescriptor() -> OwnedDescriptor { descriptor }
}
