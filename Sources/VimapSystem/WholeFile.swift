import CVimapSystem
import Glibc
public import VimapBytes

/// A file that is written once and whole: who opens it finds what it was before or all that it is
/// now.
///
/// Until it is written, it has another name in the same folder, under which it is made at once; so
/// it is known early whether that can be done. What is no regular file (a pipe, a device) is
/// written to directly.
public final class WholeFile {
  private let file: OwnedDescriptor
  /// The name until it is written, and the one from then on; `nil` where it has its own at once.
  private var names: (now: String, later: String)?

  /// Sees to it that a file of this name can be written.
  public init(path: String) throws(SystemError) {
    var facts = stat()
    let exists = path.withSystemCString { stat($0, &facts) } == 0
    if exists, facts.st_mode & S_IFMT != S_IFREG {
      file = try Descriptor.open(writing: path)
      return
    }
    // Where the name is a link, the file that it leads to is replaced.
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

  /// The name of what there is not yet: that at the end of a link, where it is one.
  private static func nameToMake(_ path: String) throws(SystemError) -> String {
    var facts = stat()
    let isLink = path.withSystemCString { lstat($0, &facts) } == 0
    guard isLink else { return path }
    // Only what is there has a name without links, so it is there for a moment.
    let made = try Descriptor.open(writing: path)
    defer { Descriptor.removeIfEmpty(path, openAs: made.number) }
    return Descriptor.resolved(path) ?? path
  }

  deinit { if let names { _ = names.now.withSystemCString { unlink($0) } } }

  /// A name in the same folder that nobody can know before, and so nobody can have taken.
  private static func temporaryName(beside path: String) -> String {
    // Not by characters: a mark behind the / would be one with it.
    let text = path.unicodeScalars
    let folder = text.lastIndex(of: "/").map { text[...$0] } ?? text[..<text.startIndex]
    return "\(String(folder)).vimap-\(String(UInt64.random(in: .min ... .max), radix: 36))"
  }

  /// Writes all there is to be in it; called once.
  public func write(_ bytes: ByteView) throws(SystemError) {
    try Descriptor.writeAll(file.number, bytes)
    guard let (now, later) = names else { return }
    try systemCall("rename") {
      now.withSystemCString { now in later.withSystemCString { rename(now, $0) } }
    }
    names = nil
  }
}
