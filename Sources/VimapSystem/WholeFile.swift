import CVimapSystem
import Glibc
public import VimapBytes

/// A file that is written all at once: whoever opens it finds either its old or its complete new
/// contents.
///
/// Until it is written, it has a temporary name in the same folder. The temporary file is made at
/// once, so that a problem shows early. What is not a regular file (a pipe, a device) is written to
/// directly.
public final class WholeFile {
  private let file: OwnedDescriptor
  /// The temporary name, and the final one. `nil` if the file is written to directly.
  private var names: (now: String, later: String)?

  /// Checks that a file of this name can be written, and makes the temporary file.
  public init(path: String) throws(SystemError) {
    var facts = stat()
    let exists = path.withSystemCString { stat($0, &facts) } == 0
    if exists, facts.st_mode & S_IFMT != S_IFREG {
      file = try Descriptor.open(writing: path)
      return
    }
    // If the name is a link, the link's target is replaced.
    let path = exists ? Descriptor.resolved(path) ?? path : try Self.nameToMake(path)
    if exists { _ = try Descriptor.open(writing: path) }
    let temporary = Self.temporaryName(beside: path)
    let number = try systemCall("open") {
      temporary.withSystemCString { vimap_open($0, O_WRONLY | O_CREAT | O_EXCL) }
    }
    file = OwnedDescriptor(taking: number)
    names = (temporary, path)
    if exists { _ = fchmod(number, facts.st_mode & 0o777) }
  }

  /// The name of a file that does not exist yet; if it is a link, the name of its target.
  private static func nameToMake(_ path: String) throws(SystemError) -> String {
    var facts = stat()
    let isLink = path.withSystemCString { lstat($0, &facts) } == 0
    guard isLink else { return path }
    // Only an existing file can be resolved, so it is made for a moment.
    let made = try Descriptor.open(writing: path)
    defer { Descriptor.removeIfEmpty(path, openAs: made.number) }
    return Descriptor.resolved(path) ?? path
  }

  deinit { if let names { _ = names.now.withSystemCString { unlink($0) } } }

  /// A random name in the same folder, so that nobody can have taken it beforehand.
  private static func temporaryName(beside path: String) -> String {
    // By scalars: a combining mark after the / would form one character with it.
    let text = path.unicodeScalars
    let folder = text.lastIndex(of: "/").map { text[...$0] } ?? text[..<text.startIndex]
    return "\(String(folder)).vimap-\(String(UInt64.random(in: .min ... .max), radix: 36))"
  }

  /// Writes the whole contents. Called once.
  public func write(_ bytes: ByteView) throws(SystemError) {
    try Descriptor.writeAll(file.number, bytes)
    guard let (now, later) = names else { return }
    try systemCall("rename") {
      now.withSystemCString { now in later.withSystemCString { rename(now, $0) } }
    }
    names = nil
  }
}
