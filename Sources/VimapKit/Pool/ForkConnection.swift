import VimapBytes
import VimapSystem

/// A running fork server, as the program sees it.
final class ForkConnection {
  private let process: ProcessID
  private let socket: MessageSocket
  private var isReaped = false

  init(
    _ becomeWorker: ForkServer.BecomeWorker, _ keepsLastWords: Bool,
    _ holdsGroup: @escaping (ProcessID) -> Bool, _ onReplacing: () -> Void
  ) throws(SystemError) {
    var sockets = try MessageSocket.pair()
    SystemProcess.keepArguments()
    guard let process = try SystemProcess.fork() else {
      onReplacing()
      sockets.ours = nil
      if let socket = sockets.theirs.take() {
        ForkServer.serve(socket, keepsLastWords, holdsGroup, becomeWorker)
      }
      SystemProcess.exitNow(0)
    }
    guard let socket = sockets.ours.take() else {
      throw SystemError(call: "socketpair", code: .badFileDescriptor)
    }
    self.process = process
    self.socket = socket
  }

  /// Returns `nil` if the server is gone.
  func fork(_ slot: Int, leaving spare: Int) throws(SystemError) -> MessageSocket? {
    var sockets = try MessageSocket.pair()
    let request = ForkRequest(kind: .fork, slot: Int32(slot))
    guard let ours = sockets.ours.take(), let theirs = sockets.theirs.take() else { return nil }
    if spare > 0, !Descriptor.leaves(spare, behind: ours.descriptor.number) {
      throw SystemError(call: "socketpair", code: .tooManyOpenFiles)
    }
    guard try tell(request, attached: theirs.descriptor.number) else { return nil }
    return ours
  }

  /// Returns `false` if the server is gone.
  private func tell(_ request: ForkRequest, attached: CInt = -1) throws(SystemError) -> Bool {
    do throws(SystemError) {
      return try socket.send(request, attached: attached, waiting: true)
    } catch {
      guard error.code == .brokenPipe || error.code == .connectionReset else { throw error }
      return false
    }
  }

  /// `nil` where the server is gone.
  func ask(_ request: ForkRequest) throws(SystemError) -> (ForkReply, lastWords: String?)? {
    guard try tell(request) else { return nil }
    guard case .message(let reply, let text, _) = try socket.receive(ForkReply.self, waiting: true)
    else { return nil }
    if reply.failure != 0 {
      throw SystemError(call: "waitpid", code: .init(rawValue: reply.failure))
    }
    return (reply, text?.bytes.text)
  }

  func reapSilently(_ slot: Int) {
    _ = try? tell(ForkRequest(kind: .reapSilently, slot: Int32(slot)))
  }

  /// Tells the server to end. If it can't be told, it is killed, or `deinit` would wait for ever.
  func leave() {
    guard (try? tell(ForkRequest(kind: .leave))) == nil else { return }
    SystemProcess.kill(process)
  }

  /// - Returns: whether it has been told.
  func letGo(within time: Nanoseconds) -> Bool {
    (try? tell(ForkRequest(kind: .letGo, time: time))) == true
  }

  /// Takes its status, if it has ended.
  func reap() -> Bool {
    if isReaped { return true }
    do throws(SystemError) {
      isReaped = try SystemProcess.poll(process) != nil
    } catch {
      // Somebody has taken the status of every child.
      isReaped = true
    }
    return isReaped
  }

  deinit {
    if isReaped { return }
    // Its end of the socket is closed behind this, and it may not be the last to hold it.
    leave()
    _ = try? SystemProcess.wait(process)
  }
}
