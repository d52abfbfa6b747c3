internal import CCurl
import Glibc
import VimapBytes
import VimapSystem

/// The sockets that libcurl waits for, and the sockets of the connections that it keeps.
///
/// On a kept connection of HTTP/1, nothing may come until the next request is sent. If something
/// comes, it is the end of the connection, or a second answer to the last request, which libcurl
/// would take for the answer to the next one (``Workaround/surplusAnswers``). So such a connection
/// is closed, and a second answer is reported in any case. The connection must not be closed
/// without libcurl's knowledge. So its descriptor is replaced by the descriptor of a connection
/// that has ended, and libcurl finds and closes that.
final class SocketWatch {
  private struct Socket {
    /// Whether it belongs to a connection, and is not an internal socket of libcurl.
    var isConnection = false
    var isWatched = false
    var interest: Readiness = []
    /// Whether its connection is kept, and has no request.
    var isIdle = false
  }

  private(set) var events: EventSet
  private let ended: OwnedDescriptor
  /// The sockets, by descriptor.
  private var sockets: [Socket] = []
  private(set) var idleCount = 0
  /// Whether a server has sent more answers than there were requests.
  private(set) var hasSurplus = false
  /// Why a socket couldn't be watched. It is kept here since a callback can't throw.
  private var failure: SystemError?

  /// - Parameter connections: the most connections. A single wait must be able to report all of
  ///   them.
  init(connections: Int) throws(SystemError) {
    events = try EventSet(room: 2 * connections + 64)
    ended = try Descriptor.endedSocket()
  }

  func add(inbox: CInt) throws(SystemError) {
    // Each arrival is reported once, so that messages can wait until the loop reads them.
    try events.add(inbox, .readable, onceEach: true)
  }

  /// Waits until something happens. Ends the kept connections on which something has come.
  func wait(milliseconds: Int?) throws(SystemError) {
    try events.wait(milliseconds: milliseconds)
    guard idleCount > 0 else { return }
    for index in 0..<events.count {
      let (descriptor, _) = events[index]
      if isIdle(descriptor) { try end(descriptor) }
    }
  }

  func check() throws(SystemError) { if let failure { throw failure } }

  private func isIdle(_ socket: CInt) -> Bool {
    Int(socket) < sockets.count && sockets[Int(socket)].isIdle
  }

  private func end(_ socket: CInt) throws(SystemError) {
    if Descriptor.peek(socket, startsWith: "HTTP/1."),
      // Some servers send this status before they close a connection that was idle for long.
      !Descriptor.peek(socket, startsWith: "HTTP/1.1 408"),
      !Descriptor.peek(socket, startsWith: "HTTP/1.0 408")
    {
      hasSurplus = true
    }
    unwatch(socket)
    // Without the fault, libcurl drops the connection when it next looks at it.
    if Workaround.surplusAnswers.isNeeded { try Descriptor.replace(socket, by: ended) }
  }

  // MARK: libcurl's requests to the event loop

  fileprivate func noteOpened(_ socket: CInt) {
    while sockets.count <= Int(socket) { sockets.append(Socket()) }
    sockets[Int(socket)] = Socket(isConnection: true)
  }

  fileprivate func close(_ socket: CInt) -> CInt {
    if Int(socket) < sockets.count {
      leaveIdle(socket)
      sockets[Int(socket)] = Socket()
    }
    return Glibc.close(socket)
  }

  /// Watches a socket in the way that libcurl asks for (CURLMOPT_SOCKETFUNCTION(3)).
  /// - Parameter isKept: called when libcurl is done with the socket. It says whether nothing may
  ///   come on the kept connection.
  func watch(_ socket: CInt, _ what: CInt, isKept: () -> Bool) {
    while sockets.count <= Int(socket) { sockets.append(Socket()) }
    if what == CURL_POLL_REMOVE {
      guard sockets[Int(socket)].isConnection, isKept() else { return unwatch(socket) }
      sockets[Int(socket)].isIdle = true
      idleCount += 1
      watch(socket, for: .readable)
    } else {
      leaveIdle(socket)
      watch(socket, for: Readiness(curl: what))
    }
  }

  private func watch(_ socket: CInt, for interest: Readiness) {
    let known = sockets[Int(socket)]
    if known.isWatched, known.interest == interest { return }
    do throws(SystemError) {
      if known.isWatched {
        try events.change(socket, interest)
      } else {
        try events.add(socket, interest)
      }
      sockets[Int(socket)].isWatched = true
      sockets[Int(socket)].interest = interest
    } catch {
      failure = error
    }
  }

  private func unwatch(_ socket: CInt) {
    leaveIdle(socket)
    guard sockets[Int(socket)].isWatched else { return }
    sockets[Int(socket)].isWatched = false
    events.remove(socket)
  }

  private func leaveIdle(_ socket: CInt) {
    guard sockets[Int(socket)].isIdle else { return }
    sockets[Int(socket)].isIdle = false
    idleCount -= 1
  }
}

extension Readiness {
  fileprivate init(curl what: CInt) {
    self = []
    if what & CURL_POLL_IN != 0 { insert(.readable) }
    if what & CURL_POLL_OUT != 0 { insert(.writable) }
  }
}

// MARK: - Callbacks

extension EasyHandle {
  /// Has libcurl report the sockets of connections that it opens and closes.
  func setSockets(_ watch: SocketWatch) throws(CurlFailure) {
    let user = Unmanaged.passUnretained(watch).toOpaque()
    let code = curl.lend { vimap_easy_set_socket_callbacks($0, socketOpened, closeSocket, user) }
    guard code == CURLE_OK else { throw .noHandle }
  }
}

/// CURLOPT_SOCKOPTFUNCTION(3).
private func socketOpened(
  _ user: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ purpose: curlsocktype
) -> CInt {
  guard let user else { return CInt(CURL_SOCKOPT_OK) }
  Unmanaged<SocketWatch>.fromOpaque(user).takeUnretainedValue().noteOpened(socket)
  return CInt(CURL_SOCKOPT_OK)
}

/// CURLOPT_CLOSESOCKETFUNCTION(3): closes the socket.
private func closeSocket(_ user: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> CInt {
  guard let user else { return close(socket) }
  return Unmanaged<SocketWatch>.fromOpaque(user).takeUnretainedValue().close(socket)
}
