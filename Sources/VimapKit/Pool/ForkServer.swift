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
  private var connection: ForkConnection?

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

  private func connect(_ onReplacing: () -> Void) throws(SystemError) -> ForkConnection {
    try ForkConnection(becomeWorker, keepsLastWords, holdsGroup, onReplacing)
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
    let request = ForkRequest(kind: .reap, slot: Int32(slot))
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
