import SystemPackage
import VimapBytes
import VimapSystem

@testable import VimapCheckpoint

/// Files as a kernel has them: what was written is there for all to read, and on the disk when it
/// has been asked for. Everything is recorded, so that any moment of it can be gone back to, with
/// what a kill or a power cut would leave.
final class CrashDisk: JournalDisk {
  enum Operation {
    case write(file: Int, offset: Int, bytes: [UInt8])
    case truncate(file: Int, length: Int)
    case rename(file: Int, name: String)
    case syncFile(Int)
    case syncFolder
    /// A promise was made: all of these records are out and durable.
    case promise(done: RecordSet)
    /// A frame was written: a process that is killed behind it has lost none of these.
    case framed(done: RecordSet)
  }

  /// What is on the disk, whatever happens.
  private var durable = Contents()
  private(set) var operations: [Operation] = []
  /// What everybody sees.
  private(set) var seen = Contents()
  private var nextFile = 0
  private var replacement: Int?
  private var requested: SyncRequest?
  /// The name by which the output is written: another one until that takes its place.
  private var outputName = "output"

  struct Contents {
    var files: [Int: [UInt8]] = [:]
    var names: [String: Int] = [:]

    subscript(name: String) -> [UInt8]? { names[name].flatMap { files[$0] } }

    mutating func apply(_ operation: Operation) {
      switch operation {
      case .write(let file, let offset, let bytes): write(file, offset, bytes[...])
      case .truncate(let file, let length): truncate(file, length)
      case .rename(let file, let name): names[name] = file
      case .syncFile, .syncFolder, .promise, .framed: break
      }
    }

    mutating func write(_ file: Int, _ offset: Int, _ bytes: ArraySlice<UInt8>) {
      var content = files.removeValue(forKey: file) ?? []
      let end = offset + bytes.count
      if content.count < end {
        content.append(contentsOf: repeatElement(0, count: end - content.count))
      }
      content.replaceSubrange(offset..<end, with: bytes)
      files[file] = content
    }

    mutating func truncate(_ file: Int, _ length: Int) {
      var content = files.removeValue(forKey: file) ?? []
      content.removeLast(max(0, content.count - length))
      files[file] = content
    }
  }

  private func record(_ operation: Operation) {
    operations.append(operation)
    seen.apply(operation)
  }

  // MARK: Files

  func create(_ name: String) {
    guard seen.names[name] == nil else { return }
    nextFile += 1
    record(.write(file: nextFile, offset: 0, bytes: []))
    record(.rename(file: nextFile, name: name))
  }

  func append(_ bytes: [UInt8], to name: String) {
    guard let file = seen.names[name] else { return }
    record(.write(file: file, offset: seen[name]?.count ?? 0, bytes: bytes))
  }

  func truncate(_ name: String, to length: Int) {
    guard let file = seen.names[name], let content = seen[name], content.count > length else {
      return
    }
    record(.truncate(file: file, length: length))
  }

  /// Writes a file that is to take the output's place, and has it be durable.
  func rewriteOutput(_ bytes: [UInt8]) {
    seen.names["output"].map { record(.syncFile($0)) }
    nextFile += 1
    record(.write(file: nextFile, offset: 0, bytes: []))
    record(.rename(file: nextFile, name: "output.new"))
    record(.write(file: nextFile, offset: 0, bytes: bytes))
    record(.syncFile(nextFile))
    outputName = "output.new"
  }

  /// It takes its place for good.
  func putInPlace() {
    guard let file = seen.names["output.new"] else { return }
    record(.rename(file: file, name: "output"))
    record(.syncFolder)
    outputName = "output"
  }

  func note(_ promise: Operation) { record(promise) }

  // MARK: The journal

  func write(_ bytes: ByteView) throws(SystemError) { append(Array(bytes), to: "journal") }

  func beginReplacement(_ bytes: ByteView) throws(SystemError) {
    nextFile += 1
    replacement = nextFile
    record(.write(file: nextFile, offset: 0, bytes: Array(bytes)))
  }

  func writeReplacement(_ bytes: ByteView) throws(SystemError) {
    guard let replacement else { return }
    record(
      .write(
        file: replacement, offset: seen.files[replacement]?.count ?? 0, bytes: Array(bytes)))
  }

  func replace() throws(SystemError) {
    guard let replacement else { return }
    record(.rename(file: replacement, name: "journal"))
    self.replacement = nil
  }

  func sync(_ request: SyncRequest) throws(SystemError) { requested = request }

  var isSyncing: Bool { requested != nil }

  /// What the helper does about the last request.
  func performSync() {
    guard let request = requested else { return }
    requested = nil
    for name in [outputName, "failed"] { seen.names[name].map { record(.syncFile($0)) } }
    let journal = request.replacement ? replacement : seen.names["journal"]
    journal.map { record(.syncFile($0)) }
    if request.folder { record(.syncFolder) }
  }

  // MARK: Crashes

  /// What of a record must be there after a cut.
  struct Promises {
    var durable = RecordSet()
    var framed = RecordSet()
  }

  func promises(at cut: Int) -> Promises {
    var promises = Promises()
    for operation in operations.prefix(cut) {
      switch operation {
      case .promise(let done): promises.durable = done
      case .framed(let done): promises.framed = done
      case .write, .truncate, .rename, .syncFile, .syncFolder: break
      }
    }
    return promises
  }

  /// The process is killed when it has done so much, perhaps in the middle of the next write.
  func killed(at cut: Int, _ random: inout some RandomNumberGenerator) -> CrashDisk {
    let disk = CrashDisk()
    disk.durable = durable
    disk.seen = durable
    disk.nextFile = nextFile
    for operation in operations.prefix(cut) { disk.record(operation) }
    if operations.indices.contains(cut), Bool.random(using: &random),
      case .write(let file, let offset, let bytes) = operations[cut], !bytes.isEmpty
    {
      let part = Array(bytes.prefix(.random(in: 0..<bytes.count, using: &random)))
      disk.record(.write(file: file, offset: offset, bytes: part))
    }
    return disk
  }

  /// The power is cut when so much was done. Of what was not asked to be durable, anything may be
  /// missing.
  /// - Parameter grain: what is written as a whole: a sector, or a byte.
  func powerCut(
    at cut: Int, grain: Int, _ random: inout some RandomNumberGenerator
  ) -> CrashDisk {
    let happened = Array(operations.prefix(cut))
    var lastSync: [Int: Int] = [:]
    var folderSync = -1
    for (place, operation) in happened.enumerated() {
      switch operation {
      case .syncFile(let file): lastSync[file] = place
      case .syncFolder: folderSync = place
      case .write, .truncate, .rename, .promise, .framed: break
      }
    }
    // A disk that loses much, little, or what it likes.
    let losses: [Double] = [0, 0.1, 0.5, 0.9, 1]
    let loss = losses[Int.random(in: 0..<losses.count, using: &random)]
    var left = durable
    for (place, operation) in happened.enumerated() {
      func isLost() -> Bool { Double.random(in: 0..<1, using: &random) < loss }
      switch operation {
      case .write(let file, let offset, let bytes):
        if place < lastSync[file, default: -1] {
          left.apply(operation)
          continue
        }
        var start = 0
        while start < bytes.count {
          // What is lost of it is mostly lost together, as pages are.
          let end = min(bytes.count, start + grain - (offset + start) % grain)
          if !isLost() { left.write(file, offset + start, bytes[start..<end]) }
          start = end
        }
        if bytes.isEmpty, !isLost() { left.apply(operation) }
      case .truncate(let file, _):
        if place < lastSync[file, default: -1] || !isLost() { left.apply(operation) }
      case .rename:
        if place < folderSync || !isLost() { left.apply(operation) }
      case .syncFile, .syncFolder, .promise, .framed: break
      }
    }
    let disk = CrashDisk()
    disk.nextFile = nextFile
    disk.durable = left
    disk.seen = left
    return disk
  }

  /// One bit is another.
  func flip(_ bit: Int, of name: String) {
    guard let file = seen.names[name] else { return }
    seen.files[file]?[bit / 8] ^= 1 << UInt8(bit % 8)
  }

  func cut(_ name: String, to length: Int) {
    guard let file = seen.names[name] else { return }
    seen.truncate(file, length)
  }

  /// The same files, of which nothing is on its way.
  func copy() -> CrashDisk {
    let disk = CrashDisk()
    disk.nextFile = nextFile
    disk.durable = seen
    disk.seen = seen
    return disk
  }
}
