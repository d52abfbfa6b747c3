import VimapBytes
import VimapSystem

/// A process that makes files durable, so that nobody else waits for a disk.
///
/// It does so in the order that it is asked for, and stops at the first failure: after one, nobody
/// can know what has reached the disk, and asking again might say that all is well.
final class SyncHelper {
  /// What the helper is to do, or has done.
  private struct Request: BitwiseCopyable {
    enum Kind: UInt8 {
      /// A file is attached that takes the journal's place, or will.
      case replacement
      /// That file is the journal now.
      case replaced
      case sync
    }
    var kind: Kind
    var folder = false
    var replacement = false
  }

  private struct Reply: BitwiseCopyable {
    /// 0, or why it could not be done (errno).
    var failure: CInt = 0
    /// Which file that is about.
    var file = DurableFile.journal
  }

  /// The files that it makes durable, besides the journal.
  struct Files {
    let output: CInt
    let failed: CInt?
    let folders: [CInt]
  }

  private let process: ProcessID
  private let socket: MessageSocket

  private static let isGone = SystemError(call: "recvmsg", code: .connectionReset)

  /// Forks the helper, which inherits the files.
  init(_ files: Files) throws(SystemError) {
    var sockets = try MessageSocket.pair()
    let parent = SystemProcess.current
    SystemProcess.keepArguments()
    guard let process = try SystemProcess.fork() else {
      sockets.ours = nil
      SystemProcess.leaveGroup()
      SystemProcess.endWith(parent: parent)
      SystemProcess.setName("syncs")
      if let socket = sockets.theirs.take() { Self.serve(socket, files) }
      SystemProcess.exitNow(0)
    }
    guard let socket = sockets.ours.take() else {
      throw SystemError(call: "socketpair", code: .badFileDescriptor)
    }
    self.process = process
    self.socket = socket
  }

  deinit {
    // Our end may be open in workers too, so it is not told by that.
    SystemProcess.kill(process)
    _ = try? SystemProcess.wait(process)
  }

  /// Becomes readable when something has been done.
  var descriptor: CInt { socket.descriptor.number }

  func take(replacement: CInt) throws(SystemError) {
    _ = try socket.send(
      Request(kind: .replacement), attached: replacement, waiting: true)
  }

  func noteReplaced() throws(SystemError) {
    _ = try socket.send(Request(kind: .replaced), waiting: true)
  }

  func sync(_ request: SyncRequest) throws(SystemError) {
    _ = try socket.send(
      Request(kind: .sync, folder: request.folder, replacement: request.replacement),
      waiting: true)
  }

  /// Whether a sync has ended; `nil` where that is not so yet.
  func receive(waiting: Bool) throws(SystemError) -> Result<Void, DurabilityFailure>? {
    switch try socket.receive(Reply.self, waiting: waiting) {
    case .nothingYet: return nil
    case .ended: throw Self.isGone
    case .message(let reply, _, _):
      if reply.failure == 0 { return .success(()) }
      let error = SystemError(call: "fsync", code: .init(rawValue: reply.failure))
      return .failure(DurabilityFailure(file: reply.file, error: error))
    }
  }

  // MARK: In the helper

  private static func serve(_ socket: consuming MessageSocket, _ files: Files) {
    var journal: OwnedDescriptor?
    var replacement: OwnedDescriptor?
    while true {
      guard
        case .message(let request, _, var attached) = try? socket.receive(
          Request.self, waiting: true)
      else { return }
      switch request.kind {
      case .replacement: replacement = attached.take()
      case .replaced:
        journal = replacement.take()
      case .sync:
        let last = request.replacement ? replacement?.number : journal?.number
        var reply = Reply()
        do throws(DurabilityFailure) {
          try files.synchronize(journal: last, andFolders: request.folder)
        } catch {
          reply = Reply(failure: error.error.code.rawValue, file: error.file)
        }
        guard (try? socket.send(reply, waiting: true)) == true, reply.failure == 0 else {
          return
        }
      }
    }
  }
}

extension SyncHelper.Files {
  /// Makes the files durable, in this order, and waits for that.
  func synchronize(journal: CInt?, andFolders: Bool) throws(DurabilityFailure) {
    var steps: [(DurableFile, CInt)] = andFolders ? folders.map { (.folder, $0) } : []
    steps.append((.output, output))
    if let failed { steps.append((.failed, failed)) }
    if let journal { steps.append((.journal, journal)) }
    for (file, descriptor) in steps {
      do throws(SystemError) {
        try Descriptor.synchronize(descriptor)
      } catch {
        // Nothing to have on a disk: a file system that keeps nothing.
        if error.code == .invalidArgument { continue }
        throw DurabilityFailure(file: file, error: error)
      }
    }
  }
}

/// One of the files that are made durable.
package enum DurableFile: Sendable, BitwiseCopyable {
  case output, failed, journal
  /// Where one of them has its name.
  case folder
}

/// What was written could not be made durable. It is not known what of it is, and it won't be.
package struct DurabilityFailure: Error, Equatable, Sendable {
  package var file: DurableFile
  package var error: SystemError
}
