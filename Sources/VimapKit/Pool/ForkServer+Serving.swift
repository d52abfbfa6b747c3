import VimapBytes
import VimapSystem

/// What runs in the server.
extension ForkServer {
  /// Does what the program asks for, until there is nothing more to be done.
  static func serve(
    _ socket: consuming MessageSocket, _ keepsLastWords: Bool,
    _ holdsGroup: @escaping (ProcessID) -> Bool, _ becomeWorker: ForkServer.BecomeWorker
  ) {
    SystemProcess.leaveGroup()
    SystemProcess.setName("forks")
    Signals.writeFromBackground()
    SystemProcess.takeChildStatus()
    let server = SystemProcess.current
    var workers: [Int32: ProcessID] = [:]
    var orphans = Orphans(mail: socket.descriptor.number, holdsGroup)
    let words = LastWords(isKept: keepsLastWords && orphans.canWatch)
    while true {
      orphans.reapUntilMessage(sparing: workers.values, passingOn: words)
      guard
        case .message(let request, _, var attached) = try? socket.receive(
          ForkRequest.self, waiting: true)
      else {
        // The kernel ends the workers with this process.
        if keepsLastWords { for worker in workers.values { SystemProcess.killGroup(worker) } }
        return
      }
      switch request.kind {
      case .leave: return
      case .letGo: return orphans.seeOut(workers.values, within: request.time, passingOn: words)
      case .fork:
        guard let theirs = attached.take() else { continue }
        let worker = MessageSocket(theirs)
        do throws(SystemError) {
          var pipe = words.pipe()
          guard let process = try SystemProcess.fork() else {
            // The worker does not keep what joins the server to the program, nor what others say.
            _ = consume socket
            _ = consume orphans
            words.become(pipe.take())
            becomeWorker(Int(request.slot), worker, server)
            SystemProcess.exitNow(1)
          }
          workers[request.slot] = process
          words.listen(to: pipe.take(), request.slot)
        } catch {
          tell(of: error, running: workers.count, worker)
        }
      case .reapSilently:
        _ = endAndReap(workers.removeValue(forKey: request.slot))
        _ = words.last(of: request.slot)
      case .reap:
        let reply = endAndReap(workers.removeValue(forKey: request.slot))
        var text = ByteBuffer()
        if let last = words.last(of: request.slot) { text.append(text: last) }
        // The pool waits for it, if need be for the end of this server.
        if (try? socket.send(reply, text: text.view, waiting: true)) != true { return }
      }
    }
  }
}

/// Reports to the pool, in place of the worker, why there is none.
private func tell(
  of failure: SystemError, running: Int, _ socket: borrowing MessageSocket
) {
  var text = ByteBuffer()
  text.append(text: "\(failure)")
  _ = try? socket.send(
    FromWorker(kind: .notForked, code: failure.code.rawValue, index: running), text: text.view,
    waiting: true)
}

private func endAndReap(_ process: ProcessID?) -> ForkReply {
  var reply = ForkReply()
  do throws(SystemError) {
    // A server that replaces another one is not the parent of all workers.
    guard let process else {
      throw SystemError(call: "waitpid", code: .noSuchProcess)
    }
    SystemProcess.kill(process)
    // Its number is the group's as long as its status is not taken.
    SystemProcess.killGroup(process)
    let (end, peakMemory) = try SystemProcess.waitMeasuring(process)
    reply.peakMemory = Int64(peakMemory)
    switch end {
    case .killed(let signal): reply.signal = Int32(signal)
    case .exited(let status): reply.exitStatus = Int32(status)
    }
  } catch {
    reply.failure = error.code.rawValue
  }
  return reply
}
