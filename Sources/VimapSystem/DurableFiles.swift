import CVimapSystem
import Glibc
import VimapBytes

/// Calls for files that are to outlive a crash.
extension Descriptor {
  /// Has all that was written to a file reach its disk, and waits for that (fsync(2)).
  public static func synchronize(_ descriptor: CInt) throws(SystemError) {
    try systemCall("fsync") { fsync(descriptor) }
  }

  /// Cuts a file to its first `length` bytes, and has what is written next go behind them.
  public static func truncate(_ descriptor: CInt, to length: Int) throws(SystemError) {
    try systemCall("ftruncate") { ftruncate(descriptor, off_t(length)) }
    try systemCall("lseek") { lseek(descriptor, off_t(length), SEEK_SET) }
  }

  /// The bytes of an open file.
  public static func length(_ descriptor: CInt) throws(SystemError) -> Int {
    var status = stat()
    try systemCall("fstat") { fstat(descriptor, &status) }
    return Int(status.st_size)
  }

  /// Has what is read next be what begins there.
  public static func seek(_ descriptor: CInt, to offset: Int) throws(SystemError) {
    try systemCall("lseek") { lseek(descriptor, off_t(offset), SEEK_SET) }
  }

  /// Opens a file that is there, to read and to write; `nil` where there is none.
  public static func open(changing path: String) throws(SystemError) -> OwnedDescriptor? {
    do throws(SystemError) {
      return OwnedDescriptor(
        taking: try systemCall("open") { path.withSystemCString { vimap_open($0, O_RDWR) } })
    } catch {
      if error.code == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Opens a file to read and to write, or creates it, without yet changing it.
  public static func open(creating path: String) throws(SystemError) -> OwnedDescriptor {
    OwnedDescriptor(
      taking: try systemCall("open") {
        path.withSystemCString { vimap_open($0, O_RDWR | O_CREAT) }
      })
  }

  /// Opens the folder that a file is in, to have its names reach the disk.
  public static func open(folderOf path: String) throws(SystemError) -> OwnedDescriptor {
    // Not by characters: a mark behind the / would be one with it.
    let text = path.unicodeScalars
    let folder = text.lastIndex(of: "/").map { String(text[...$0]) } ?? "."
    return OwnedDescriptor(
      taking: try systemCall("open") {
        folder.withSystemCString { vimap_open($0, O_RDONLY | O_DIRECTORY) }
      })
  }

  /// Gives a file another name, from one moment to the next.
  public static func rename(_ path: String, to other: String) throws(SystemError) {
    try systemCall("rename") {
      path.withSystemCString { path in other.withSystemCString { Glibc.rename(path, $0) } }
    }
  }

  /// Has a file be for whom another one is (chmod(2)).
  public static func copyMode(from path: String, to descriptor: CInt) throws(SystemError) {
    var status = stat()
    try systemCall("stat") { path.withSystemCString { stat($0, &status) } }
    try systemCall("fchmod") { fchmod(descriptor, status.st_mode & 0o777) }
  }

  /// Removes a name; one that is not there is no error.
  public static func remove(_ path: String) {
    _ = path.withSystemCString { unlink($0) }
  }

  /// The name without links in it, or the name itself where there is nothing of that name.
  public static func withoutLinks(_ path: String) -> String { resolved(path) ?? path }

  /// What came of locking a file.
  public enum Lock: Equatable, Sendable {
    case taken
    /// Another process has it: its number, where that is known.
    case held(by: ProcessID?)
  }

  /// Locks a file for the calling process alone, until that ends or closes the file. Processes that
  /// it forks do not have the lock.
  public static func lock(_ descriptor: CInt) throws(SystemError) -> Lock {
    var holder = ProcessID(0)
    let isHeld = try systemCall("fcntl") { vimap_lock_file(descriptor, &holder) } == 1
    return isHeld ? .held(by: holder > 0 ? holder : nil) : .taken
  }
}

extension SystemProcess {
  /// Whether there is a process of this number.
  public static func isThere(_ process: Int) -> Bool {
    guard let process = ProcessID(exactly: process), process > 0 else { return false }
    return Glibc.kill(process, 0) == 0 || errno == EPERM
  }

  /// What tells one start of the machine from another; empty where it does not say.
  public static var boot: String {
    guard
      let file = try? Descriptor.open(reading: "/proc/sys/kernel/random/boot_id")
    else { return "" }
    var bytes = ByteBuffer()
    _ = try? Descriptor.read(file.number, into: &bytes, limit: 64)
    return bytes.view.trimmed().text
  }
}
