internal import CCurl
import VimapBytes
import VimapSystem

/// libcurl's multi interface: many requests at once, and a single wait for all of them.
///
/// libcurl says which sockets it waits for, and when it must be called at the latest. An
/// ``EventSet`` waits for these sockets and for the pool's messages (curl_multi_socket_action(3)).
/// So a step costs as much as the requests with news, however many are under way.
final class MultiHandle {
  private let multi: UnsafeMutableRawPointer
  private let sockets: SocketWatch
  private let goAways = StreamNotes.GoAways()
  private let trust = KeepAliveTrust()
  private let inbox: CInt
  /// When libcurl must be called even if nothing has happened.
  private var deadline: Nanoseconds?

  /// Whether the inbox has become readable. Its reader sets this back.
  var hasPending = true

  /// - Parameters:
  ///   - inbox: a descriptor to wait for beside libcurl's; lent.
  ///   - connections: the number of idle connections to keep.
  init(inbox: CInt, connections: Int) throws {
    sockets = try SocketWatch(connections: connections)
    self.inbox = inbox
    guard let multi = curl_multi_init() else { throw CurlFailure.noHandle }
    self.multi = multi
    try sockets.add(inbox: inbox)
    try check(vimap_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections))
    let user = Unmanaged.passUnretained(self).toOpaque()
    try check(vimap_multi_set_callbacks(multi, socketChanged, timerSet, user))
  }

  deinit {
    // Otherwise libcurl would call back to an object that is being deinitialised.
    _ = vimap_multi_set_callbacks(multi, nil, nil, nil)
    curl_multi_cleanup(multi)
  }

  // MARK: Requests

  /// Adds a request. libcurl starts it at the next ``fireTimer()``.
  func add(_ handle: EasyHandle) throws(CurlFailure) {
    try handle.join(sockets, goAways, trust)
    try check(handle.curl.lend { curl_multi_add_handle(multi, $0) })
  }

  /// Gives up a request. If its host name is being looked up, this waits for the lookup.
  func remove(_ handle: EasyHandle) { _ = handle.curl.lend { curl_multi_remove_handle(multi, $0) } }

  /// Whether a server has sent more answers than there were requests.
  var hasSurplus: Bool { sockets.hasSurplus }

  /// A request that is over: its handle's tag, and libcurl's verdict. The handle can be used for
  /// the next request.
  func nextFinished() -> (tag: Int, code: CurlCode)? {
    var left: CInt = 0
    while let found = curl_multi_info_read(multi, &left) {
      let (easy, result) = (found.pointee.easy_handle, found.pointee.data.result)
      guard found.pointee.msg == CURLMSG_DONE else { continue }
      var tag: UnsafeMutableRawPointer?
      _ = vimap_easy_get_private(easy, &tag)
      curl_multi_remove_handle(multi, easy)
      return (Int(bitPattern: tag), CurlCode(number: Int(result.rawValue)))
    }
    return nil
  }

  // MARK: The loop

  /// Does what libcurl wants done by now. Returns `false` if there is nothing.
  func fireTimer() throws -> Bool {
    guard isDue else { return false }
    // What has come on a kept connection must be seen before the connection is used again.
    if sockets.idleCount > 0 { try poll(waiting: false) }
    guard isDue else { return true }
    deadline = nil
    try act(CURL_SOCKET_BAD, 0)
    return true
  }

  private var isDue: Bool {
    guard let deadline else { return false }
    return deadline == 0 || deadline <= Clock.now()
  }

  /// Handles what has happened on libcurl's sockets.
  /// - Parameters:
  ///   - waiting: whether to wait until something happens, a message arrives, or the next
  ///     ``fireTimer()`` is due.
  ///   - end: when to stop waiting; `nil` is never.
  /// - Returns: whether anything has happened.
  @discardableResult
  func poll(waiting: Bool, until end: Nanoseconds? = nil) throws -> Bool {
    let next = [deadline, end].compactMap(\.self).min()
    let limit = waiting ? next.map { $0.millisecondsFrom(Clock.now()) } : 0
    try sockets.wait(milliseconds: limit)
    let count = sockets.events.count
    for index in 0..<count {
      let (descriptor, readiness) = sockets.events[index]
      if descriptor == inbox {
        hasPending = true
      } else {
        try act(descriptor, readiness.forCurl)
      }
    }
    return count > 0
  }

  private func act(_ socket: curl_socket_t, _ what: CInt) throws {
    var running: CInt = 0
    try check(curl_multi_socket_action(multi, socket, what, &running))
    try sockets.check()
  }

  private func check(_ code: CURLMcode) throws(CurlFailure) {
    if code == CURLM_OK { return }
    throw CurlFailure(.failedInit, String(cString: curl_multi_strerror(code)))
  }

  // MARK: libcurl's requests to the event loop

  fileprivate func watch(
    _ socket: curl_socket_t, _ what: CInt, _ easy: UnsafeMutableRawPointer?
  ) {
    sockets.watch(socket, what) {
      // A connection of HTTP/2 may receive something at any time.
      var version = 0
      _ = easy.map { vimap_easy_get_long($0, CURLINFO_HTTP_VERSION, &version) }
      return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1
    }
  }

  fileprivate func setTimer(_ milliseconds: Int) {
    switch milliseconds {
    case ..<0: deadline = nil
    case 0: deadline = 0
    default: deadline = Clock.now().plus(.milliseconds(milliseconds))
    }
  }
}

extension Readiness {
  fileprivate var forCurl: CInt {
    var what: CInt = 0
    if contains(.readable) { what |= CURL_CSELECT_IN }
    if contains(.writable) { what |= CURL_CSELECT_OUT }
    if contains(.hungUp) || contains(.broken) { what |= CURL_CSELECT_ERR }
    return what
  }
}

// MARK: - Callbacks

/// CURLMOPT_SOCKETFUNCTION(3).
private func socketChanged(
  _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: CInt,
  _ user: UnsafeMutableRawPointer?, _ known: UnsafeMutableRawPointer?
) -> CInt {
  guard let user else { return 0 }
  Unmanaged<MultiHandle>.fromOpaque(user).takeUnretainedValue().watch(socket, what, easy)
  return 0
}

/// CURLMOPT_TIMERFUNCTION(3).
private func timerSet(
  _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ user: UnsafeMutableRawPointer?
) -> CInt {
  guard let user else { return 0 }
  Unmanaged<MultiHandle>.fromOpaque(user).takeUnretainedValue().setTimer(milliseconds)
  return 0
}
