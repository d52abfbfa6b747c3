import CVimapSystem
import Glibc
import SystemPackage
import VimapBytes

/// The facts about an open file.
public struct FileFacts: Sendable {
  public enum Kind: Sendable {
    case regular, directory, pipe, socket, terminal, other
  }
  public let kind: Kind
  /// Device and inode, which are the same for two names of one file.
  public let identity: FileIdentity
}

public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

extension Descriptor {
  /// Opens a file for reading. Neither opening nor reading waits for the writer of a FIFO. Wait
  /// with poll(2), which tells a FIFO that has had no writer yet from one whose writers have left.
  public static func open(reading path: String) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(
      taking: try systemCall("open") {
        path.withSystemCString { vimap_open($0, O_RDONLY | O_NONBLOCK) }
      })
  }

  /// Opens a file for writing, and creates it if needed. An existing file is not changed yet (see
  /// ``empty(_:)``).
  public static func open(writing path: String) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(
      taking: try systemCall("open") {
        path.withSystemCString { vimap_open($0, O_WRONLY | O_CREAT) }
      })
  }

  /// Creates a file for writing; `nil` if the name is taken.
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

  /// Whether the name exists. If it is a link, its target must exist.
  public static func isThere(_ path: String) -> Bool {
    path.withSystemCString { access($0, F_OK) } == 0
  }

  /// The name with all links resolved; `nil` if it does not exist.
  static func resolved(_ path: String) -> String? {
    guard let text = path.withSystemCString({ realpath($0, nil) }) else { return nil }
    defer { free(text) }
    return String(system: text)
  }

  /// Removes the file with this name, if it is still the open file, and empty. If the name is a
  /// link, the link stays.
  public static func removeIfEmpty(_ path: String, openAs descriptor: CInt) {
    guard let facts = try? facts(descriptor), regularFile(path) == facts.identity, size(path) == 0
    else { return }
    _ = (resolved(path) ?? path).withSystemCString { unlink($0) }
  }

  /// Cuts a regular file to nothing. Anything else stays as it is.
  public static func empty(_ descriptor: CInt) throws(SystemError) {
    if try facts(descriptor).kind == .regular {
      try systemCall("ftruncate") { ftruncate(descriptor, 0) }
    }
  }

  /// Removes the last bytes of a regular file, if they were written last, through this descriptor.
  /// Anything else stays as it is, and so does a file that somebody else has written to.
  /// - Returns: whether the bytes were removed.
  @discardableResult
  public static func takeBack(_ count: Int, from descriptor: CInt) -> Bool {
    let place = lseek(descriptor, 0, SEEK_CUR)
    guard count > 0, place >= count, place == lseek(descriptor, 0, SEEK_END) else {
      // The end is not ours, so the next write must go where it would have gone.
      if place >= 0 { lseek(descriptor, place, SEEK_SET) }
      return false
    }
    guard ftruncate(descriptor, place - off_t(count)) == 0 else { return false }
    lseek(descriptor, -off_t(count), SEEK_CUR)
    return true
  }

  /// Opens the same pipe or terminal again, in a mode in which writes never wait.
  ///
  /// O_NONBLOCK belongs to the open file, which other processes share: for standard output, the
  /// shell and its whole pipeline. A second opening has flags of its own. `nil` if the system does
  /// not allow it.
  public static func reopenNonblocking(writing descriptor: CInt) -> OwnedDescriptor? {
    let path = "/proc/self/fd/\(descriptor)"
    guard
      let number = try? systemCall("open", { vimap_open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) })
    else { return nil }
    return OwnedDescriptor(taking: number)
  }

  /// The bytes of a regular file from its current position to its end; `nil` for anything else.
  public static func bytesAhead(_ descriptor: CInt) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return max(0, Int(status.st_size) - max(0, Int(lseek(descriptor, 0, SEEK_CUR))))
  }

  /// The size of a regular file; 0 if the name does not exist, `nil` for anything else.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    guard path.withSystemCString({ stat($0, &status) }) == 0 else { return 0 }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// The identity of a regular file; `nil` for anything else, and if the name does not exist.
  public static func regularFile(_ path: String) -> FileIdentity? {
    var status = stat()
    guard path.withSystemCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// Opens the reading end of a pipe whose writing end we have, to look at the pipe without
  /// reading.
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
  /// Opens /dev/null as each of the descriptors 0, 1 and 2 that is closed.
  public static func fillClosedStandardDescriptors() throws(SystemError) {
    for number in CInt(0)...2 where !isOpen(number) {
      // They are opened without close-on-exec, like those that a program is usually started with.
      // The lowest free number is the missing one.
      try systemCall("open") { vimap_open_null(number) }
    }
  }

  /// Replaces standard input and output by /dev/null, so that a process that uses neither does not
  /// hold them open.
  public static func leaveStandardStreams() {
    for number in CInt(0)...1 { _ = vimap_open_null(number) }
  }
}
