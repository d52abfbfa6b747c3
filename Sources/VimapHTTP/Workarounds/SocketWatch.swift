internal import CCurl
import Glibc
import VimapBytes
import VimapSystem

/// The sockets that libcurl waits for, and those of the connections that it keeps.
///
/// On a kept connection of HTTP/1 nothing may come, until a request was sent over it. What does
/// come is the end, or a second answer to the request before, which libcurl would take for that to
/// the next (``Workaround/surplusAnswers``). So such a connection is closed, and of an answer there
/// is a notice, whatever libcurl does about it. That must not happen behind libcurl's back, so the
/// descriptor is made that of another connection, one that has ended, which libcurl finds and
/// closes.
final class SocketWatch {
  private struct Socket {
    /// That of a connection, and not one of libcurl's own.
    var isConnection = false
    var isWatched = false
    var interest: Readiness = []
    /// Its connection is kept, and has no request.
    var isIdle = false
  }

  private(set) var events: EventSet
  private let ended: OwnedDescriptor
  /// By descriptor.
  private var sockets: [Socket] = []
  private(set) var idleCount = 0
  /// A server has answered more than it was asked for.
  private(set) var hasSurplus = false
  /// Why a socket couldn't be watched; a callback can't throw.
  private var failure: SystemError?

  /// - Parameter connections: how many there may be: one wait is to tell of all.
  init(connections: Int) throws(SystemError) {
    events = try EventSet(room: 2 * connections + 64)
    ended = try Descriptor.endedSocket()
  }

  func add(inbox: CInt) throws(SystemError) {
    // Each arrival is told of once, so that mail may wait until the loop comes to it.
    try events.add(inbox, .readable, onceEach: true)
  }

  /// Waits until something happens; ends kept connections on which something has.
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
      // What some say before they close a connection that has had no request for long.
      !Descriptor.peek(socket, startsWith: "HTTP/1.1 408"),
      !Descriptor.peek(socket, startsWith: "HTTP/1.0 408")
    {
      hasSurplus = true
    }
    unwatch(socket)
    // Elsewhere libcurl drops the connection when it comes to it.
    if Workaround.surplusAnswers.isNeeded { try Descriptor.replace(socket, by: ended) }
  }

  // MARK: libcurl's wishes

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

  /// Has a socket watched for what libcurl says (CURLMOPT_SOCKETFUNCTION(3)).
  /// - Parameter isKept: asked where libcurl is done with the socket: whether its connection is one
  ///   on which nothing may come.
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
  /// Has libcurl tell of the sockets of connections that it opens and closes.
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
