import CVimapSystem
import Glibc
import SystemPackage
import VimapBytes

/// What is known of an open file.
public struct FileFacts: Sendable {
  public enum Kind: Sendable {
    case regular, directory, pipe, socket, terminal, other
  }
  public let kind: Kind
  /// Device and inode: the same for two names of one file.
  public let identity: FileIdentity
}

public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

extension Descriptor {
  /// Opens a file to read. The opening does not wait for a FIFO's writer, nor do reads; wait
  /// with poll(2), which knows a FIFO that has had no writer yet from one whose writers have left.
  public static func open(reading path: String) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(
      taking: try systemCall("open") {
        path.withSystemCString { vimap_open($0, O_RDONLY | O_NONBLOCK) }
      })
  }

  /// Creates a file, or opens one to write without yet changing it (see ``empty(_:)``).
  public static func open(writing path: String) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(
      taking: try systemCall("open") {
        path.withSystemCString { vimap_open($0, O_WRONLY | O_CREAT) }
      })
  }

  /// Creates a file to write; `nil` where there is something of that name already.
  public static func create(_ path: String) throws(SystemError) -> OwnedDescriptor? {
    do throws(SystemError) {
      return OwnedDescriptor(
        taking: try systemCall("open") {
          path.withSystemCString { vimap_open($0, O_WRONLY | O_CREAT | O_EXCL) }
        })
    } catch {
      if error.code == .fileExists { return nil }
      throw error
    }
  }

  /// Whether there is anything of that name, or at the end of a link of that name.
  public static func isThere(_ path: String) -> Bool {
    path.withSystemCString { access($0, F_OK) } == 0
  }

  /// The name without links in it; `nil` where there is nothing of that name.
  static func resolved(_ path: String) -> String? {
    guard let text = path.withSystemCString({ realpath($0, nil) }) else { return nil }
    defer { free(text) }
    return String(system: text)
  }

  /// Removes the file of that name, if it is still the one that is open, and empty. Where the name
  /// is a link, that stays.
  public static func removeIfEmpty(_ path: String, openAs descriptor: CInt) {
    guard let facts = try? facts(descriptor), regularFile(path) == facts.identity, size(path) == 0
    else { return }
    _ = (resolved(path) ?? path).withSystemCString { unlink($0) }
  }

  /// Cuts a file to nothing; what is not a regular file stays as it is.
  public static func empty(_ descriptor: CInt) throws(SystemError) {
    if try facts(descriptor).kind == .regular {
      try systemCall("ftruncate") { ftruncate(descriptor, 0) }
    }
  }

  /// Takes back the last bytes of a regular file, where they are what was written last through this
  /// descriptor. What is no such file stays as it is, and so does one that somebody else has
  /// written to.
  /// - Returns: whether they were taken back.
  @discardableResult
  public static func takeBack(_ count: Int, from descriptor: CInt) -> Bool {
    let place = lseek(descriptor, 0, SEEK_CUR)
    guard count > 0, place >= count, place == lseek(descriptor, 0, SEEK_END) else {
      // Where the end was not ours, the next write belongs where it would have gone.
      if place >= 0 { lseek(descriptor, place, SEEK_SET) }
      return false
    }
    guard ftruncate(descriptor, place - off_t(count)) == 0 else { return false }
    lseek(descriptor, -off_t(count), SEEK_CUR)
    return true
  }

  /// Opens the same pipe or terminal again, not waiting.
  ///
  /// O_NONBLOCK belongs to the open file, which other processes share (a shell and its whole
  /// pipeline, for standard output); a second opening has flags of its own. `nil` where the
  /// system does not allow it.
  public static func reopenNonblocking(writing descriptor: CInt) -> OwnedDescriptor? {
    let path = "/proc/self/fd/\(descriptor)"
    guard
      let number = try? systemCall("open", { vimap_open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) })
    else { return nil }
    return OwnedDescriptor(taking: number)
  }

  /// The bytes of a regular file from where it is read next to its end; `nil` for anything else.
  public static func bytesAhead(_ descriptor: CInt) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return max(0, Int(status.st_size) - max(0, Int(lseek(descriptor, 0, SEEK_CUR))))
  }

  /// The bytes of a regular file; 0 where there is nothing of that name, `nil` for anything else.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    guard path.withSystemCString({ stat($0, &status) }) == 0 else { return 0 }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// What tells a regular file from every other; `nil` for anything else, and for nothing.
  public static func regularFile(_ path: String) -> FileIdentity? {
    var status = stat()
    guard path.withSystemCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// The reading side of a pipe of which we have the writing side; to look at it, not to read.
  public static func reopenPipe(reading descriptor: CInt) -> SharedDescriptor? {
    let path = "/proc/self/fd/\(descriptor)"
    let number = try? systemCall("open", { vimap_open(path, O_RDONLY | O_NONBLOCK) })
    return number.map { SharedDescriptor(taking: $0) }
  }

  public static func facts(_ descriptor: CInt) throws(SystemError) -> FileFacts {
    var status = stat()
    try systemCall("fstat") { fstat(descriptor, &status) }
    let kind: FileFacts.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      case S_IFCHR: isTerminal(descriptor) ? .terminal : .other
      default: .other
      }
    return FileFacts(
      kind: kind,
      identity: FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)))
  }
}

extension Descriptor {
  /// Opens /dev/null for each of descriptors 0, 1 and 2 that is closed.
  public static func fillClosedStandardDescriptors() throws(SystemError) {
    for number in CInt(0)...2 where !isOpen(number) {
      // Opened without close-on-exec, like the ones a program is usually started with; the lowest
      // number free is the one that is missing.
      try systemCall("open") { vimap_open_null(number) }
    }
  }

  /// Puts /dev/null in the place of standard input and output, so that a process which uses neither
  /// does not hold them open either.
  public static func leaveStandardStreams() {
    for number in CInt(0)...1 { _ = vimap_open_null(number) }
  }
}
