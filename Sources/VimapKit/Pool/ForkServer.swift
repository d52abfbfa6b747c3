import VimapBytes
import VimapSystem

/// A small process, forked early, that forks a pool's workers.
///
/// After fork(2), the new process has only the thread that called it. A lock that another thread
/// held stays locked in the new process for ever. So only a process with a single thread may fork
/// safely. A program that starts threads later, as all asynchronous code does, could not replace a
/// worker. The fork server never has a second thread, and it keeps the state that workers are to
/// inherit.
///
/// The server handles one request after the other, and ends when the program ends. If it is killed,
/// another server takes its place, as long as the program has a single thread.
///
/// Nobody waits for a fork. The worker itself reports over its socket that it has been forked
/// (``FromWorker/Kind/forked``); if the fork fails, the server reports that over the same socket.
/// So a pool is at work while most of its workers are still to be forked.
final class ForkServer {
  /// What a worker does in its own process. It gets its slot, its end of the socket, and the
  /// process id of the server, which is its parent.
  typealias BecomeWorker =
    (_ slot: Int, _ socket: consuming MessageSocket, _ server: ProcessID) -> Void

  /// The most servers that are started one after the other to get one worker forked.
  private static let replacements = 5

  private let keepsLastWords: Bool
  private let becomeWorker: BecomeWorker
  private let holdsGroup: (ProcessID) -> Bool
  private var connection: Connection?

  /// Called in a new server that replaces a killed one. It closes the program's ends of the
  /// workers' sockets: if the server held them open, a worker would not see that the program has
  /// ended.
  var onReplacing: () -> Void = {}

  /// Forks the server.
  /// - Parameters:
  ///   - keepsLastWords: whether it is known what a worker wrote to standard error last. The server
  ///     then passes that on; and when the program ends, what workers have started ends as well.
  ///   - holdsGroup: whether a process group may still be sent a signal by its number, which must
  ///     be nobody else's until then.
  init(
    keepsLastWords: Bool, holdsGroup: @escaping (ProcessID) -> Bool,
    becomeWorker: @escaping BecomeWorker
  ) throws(SystemError) {
    self.keepsLastWords = keepsLastWords
    self.holdsGroup = holdsGroup
    self.becomeWorker = becomeWorker
    Departures.sweep()
    connection = try connect {}
  }

  private func connect(_ onReplacing: () -> Void) throws(SystemError) -> Connection {
    try Connection(becomeWorker, keepsLastWords, holdsGroup, onReplacing)
  }

  /// Asks the server to fork a worker, and does not wait for it. Returns our end of the worker's
  /// socket.
  /// - Parameter spare: the number of descriptors that must stay free for other purposes.
  func fork(_ slot: Int, leaving spare: Int) throws(SystemError) -> MessageSocket {
    if let socket = try connection?.fork(slot, leaving: spare) { return socket }
    // The replacement may be killed too, before it has done anything.
    for _ in 0..<Self.replacements {
      connection = nil
      guard try SystemProcess.threadCount() == 1 else { break }
      connection = try connect(onReplacing)
      if let socket = try connection?.fork(slot, leaving: spare) { return socket }
    }
    throw SystemError(call: "fork", code: .noSuchProcess)
  }

  /// Takes the exit status of a slot's worker. If the worker still runs, it is killed first.
  func reap(_ slot: Int) -> WorkerEnd {
    let request = Request(kind: .reap, slot: Int32(slot))
    guard let (reply, words) = try? connection?.ask(request) else {
      // Where its server is gone, it was killed with it.
      return WorkerEnd(.killed(signal: Int(Signals.kill)))
    }
    let end: ProcessEnd =
      reply.signal == 0
      ? .exited(status: Int(reply.exitStatus)) : .killed(signal: Int(reply.signal))
    return WorkerEnd(end, peakMemory: Int(reply.peakMemory), lastWords: words)
  }

  /// Has the worker of a slot reaped when nobody wants to know its exit status. If the worker still
  /// runs, it is killed first.
  func reapSilently(_ slot: Int) { connection?.reapSilently(slot) }

  /// Leaves the workers, who have been told to leave, to the server: it sees them out and ends.
  /// - Parameter time: how long they may take.
  func letGo(within time: Nanoseconds) {
    if let connection, connection.letGo(within: time) { Departures.add(connection) }
    connection = nil
  }

  /// Ends the server, once every worker has been reaped.
  func leave() {
    connection?.leave()
    connection = nil
  }
}

/// How a worker ended.
struct WorkerEnd {
  var end: ProcessEnd
  /// The most memory in bytes that one process has used: the worker, or a process that the worker
  /// has waited for. `nil` if it is not known.
  var peakMemory: Int?
  /// What it wrote to standard error last, where that is known.
  var lastWords: String?

  init(_ end: ProcessEnd, peakMemory: Int? = nil, lastWords: String? = nil) {
    self.end = end
    self.peakMemory = peakMemory
    self.lastWords = lastWords
  }
}

private struct Request: BitwiseCopyable {
  enum Kind: UInt8 {
    /// Fork a worker for `slot`. The worker's end of the socket is attached.
    case fork
    /// Kill the worker of `slot` if it still runs, and report how it ended.
    case reap
    /// As `reap`, without a report.
    case reapSilently
    /// See the workers out, who have been told to leave, within `time`.
    case letGo
    /// Nothing more comes.
    case leave
  }
  var kind: Kind
  var slot: Int32 = 0
  var time: Nanoseconds = 0
}

private struct Reply: BitwiseCopyable {
  /// 0, or the error number that says why the request failed.
  var failure: CInt = 0
  var exitStatus: Int32 = 0
  var signal: Int32 = 0
  var peakMemory: Int64 = 0
}

/// A running server, as the program sees it.
private final class Connection {
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
        serve(socket, keepsLastWords, holdsGroup, becomeWorker)
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
    let request = Request(kind: .fork, slot: Int32(slot))
    guard let ours = sockets.ours.take(), let theirs = sockets.theirs.take() else { return nil }
    if spare > 0, !Descriptor.leaves(spare, behind: ours.descriptor.number) {
      throw SystemError(call: "socketpair", code: .tooManyOpenFiles)
    }
    guard try tell(request, attached: theirs.descriptor.number) else { return nil }
    return ours
  }

  /// Returns `false` if the server is gone.
  private func tell(_ request: Request, attached: CInt = -1) throws(SystemError) -> Bool {
    do throws(SystemError) {
      return try socket.send(request, attached: attached, waiting: true)
    } catch {
      guard error.code == .brokenPipe || error.code == .connectionReset else { throw error }
      return false
    }
  }

  /// `nil` where the server is gone.
  func ask(_ request: Request) throws(SystemError) -> (Reply, lastWords: String?)? {
    guard try tell(request) else { return nil }
    guard case .message(let reply, let text, _) = try socket.receive(Reply.self, waiting: true)
    else { return nil }
    if reply.failure != 0 {
      throw SystemError(call: "waitpid", code: .init(rawValue: reply.failure))
    }
    return (reply, text?.bytes.text)
  }

  func reapSilently(_ slot: Int) {
    _ = try? tell(Request(kind: .reapSilently, slot: Int32(slot)))
  }

  /// Tells the server to end. If it can't be told, it is killed, or `deinit` would wait for ever.
  func leave() {
    guard (try? tell(Request(kind: .leave))) == nil else { return }
    SystemProcess.kill(process)
  }

  /// - Returns: whether it has been told.
  func letGo(within time: Nanoseconds) -> Bool {
    (try? tell(Request(kind: .letGo, time: time))) == true
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

/// Servers whose pools nobody has any more, and whose workers are leaving. They end by themselves;
/// their status is taken when a pool is made or let go of later on.
private enum Departures {
  private static let lock = Lock()
  // Unchecked, as it is used under the lock.
  nonisolated(unsafe) private static var connections: [Connection] = []

  static func add(_ connection: Connection) {
    lock.withLock { connections.append(connection) }
    sweep()
  }

  static func sweep() { lock.withLock { connections.removeAll { $0.reap() } } }
}

// MARK: - In the server

private func serve(
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
        Request.self, waiting: true)
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
      _ = reap(workers.removeValue(forKey: request.slot))
      _ = words.last(of: request.slot)
    case .reap:
      let reply = reap(workers.removeValue(forKey: request.slot))
      var text = ByteBuffer()
      if let last = words.last(of: request.slot) { text.append(text: last) }
      // The pool waits for it, if need be for the end of this server.
      if (try? socket.send(reply, text: text.view, waiting: true)) != true { return }
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

private func reap(_ process: ProcessID?) -> Reply {
  var reply = Reply()
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
