import VimapBytes
import VimapSystem

/// A checkpoint as it is found: locked by us for as long as this lives.
package struct CheckpointFile: ~Copyable {
  /// What looking for one has found.
  package enum Found: ~Copyable {
    case none
    case file(CheckpointFile)
    /// Another process is at work with it: its number, where that is known.
    case held(by: ProcessID?)
  }

  let descriptor: OwnedDescriptor
  private let bytes: ByteBuffer

  /// All that is in it.
  package var contents: ByteView { bytes.view }

  /// Looks for a checkpoint, locks it and reads it. It is not changed.
  package static func find(_ path: String) throws(SystemError) -> Found {
    while let file = try Descriptor.open(changing: path) {
      let facts = try Descriptor.facts(file.number)
      guard facts.kind == .regular else {
        throw SystemError(call: "open", code: .fileExists)
      }
      if case .held(let holder) = try Descriptor.lock(file.number) { return .held(by: holder) }
      // Whoever had it may have put another file in its place before we had the lock.
      guard Descriptor.regularFile(path) == facts.identity else { continue }
      var bytes = ByteBuffer(capacity: try Descriptor.length(file.number) + 4096)
      while let count = try Descriptor.read(file.number, into: &bytes, limit: 1 << 20), count > 0 {}
      return .file(CheckpointFile(descriptor: file, bytes: bytes))
    }
    return .none
  }

  /// Reads a checkpoint without locking it, to look at.
  package static func read(_ path: String) throws(SystemError) -> ByteBuffer {
    let file = try Descriptor.open(reading: path)
    if try Descriptor.facts(file.number).kind == .directory {
      throw SystemError(call: "read", code: .isDirectory)
    }
    var bytes = ByteBuffer()
    while let count = try Descriptor.read(file.number, into: &bytes, limit: 1 << 20), count > 0 {}
    return bytes
  }
}
