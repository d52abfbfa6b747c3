internal import CCurl
import VimapBytes
import VimapSystem

/// libcurl's easy interface: one request after the other, and the answer to each.
///
/// It owns the handle, and has libcurl write to ``answer``. The parts of a request are lent to it
/// until the request is over.
final class EasyHandle {
  let answer: Answer
  /// libcurl's own handle.
  let curl: CurlHandle
  private let tag: Int
  let configuration: HTTPConfiguration
  private let headers: HeaderList
  private let url: String?
  /// Lines for CURLOPT_RESOLVE(3). libcurl reads them whenever a request is started.
  let addresses: HeaderList
  /// Decides which redirects may be followed.
  let redirects: RedirectGuard?
  /// Watches the sockets of its connections, from the first request on.
  private var sockets: SocketWatch?
  /// Called when a request is about to be sent, for the first time or again, if ``tellsOfSending``.
  var onSend: () -> Void = {}
  /// Whether it is known when a request is sent. An old libcurl does not call back before sending.
  var tellsOfSending = false
  /// How far libcurl has got with the request.
  var attempt = Attempt.none
  /// The connection and the stream of the request, as far as they are known.
  var stream = StreamNotes()
  /// A redirect has made the request one without a body. If that is a fault, ``lostBody`` is set.
  var hasLeftBody = false
  var lostBody: LostBody?
  private(set) var goAways: StreamNotes.GoAways?
  private(set) var trust: KeepAliveTrust?
  /// A redirect has asked for another resource to be fetched, so the method is GET now.
  private var hasBecomeGet = false
  private(set) var bodySize = 0
  /// The HTTP version of the last answer, as libcurl numbers versions; 0 before the first answer.
  private(set) var lastVersion = 0
  /// The number of requests since the last reset.
  private var uses = 0
  private static let mostUses = 64

  /// Whether it is certain that nothing of the request was sent.
  var isUnsent: Bool { tellsOfSending && attempt == .none }

  /// Whether all requests go to one URL, and nowhere else.
  var goesToOneHost: Bool { url != nil && !configuration.connection.followsRedirects }

  /// - Parameters:
  ///   - tag: returned by ``MultiHandle/nextFinished()``.
  ///   - headers: read whenever a request is started.
  ///   - url: the URL of all requests, if they have the same.
  init(
    tag: Int, _ configuration: HTTPConfiguration, headers: HeaderList, url: String?
  ) throws(CurlFailure) {
    curl = try CurlHandle()
    self.tag = tag
    self.configuration = configuration
    self.headers = headers
    self.url = url
    addresses = HeaderList(lines: configuration.connection.addresses.map(\.text))
    redirects = RedirectGuard(configuration)
    answer = Answer(
      longestHead: HTTPConfiguration.longestHead, longestLines: HTTPConfiguration.longestLines,
      longestBody: configuration.longestBody,
      isCompressed: configuration.connection.isCompressed)
    try setUp()
  }

  // MARK: What all requests share

  private func setUp() throws(CurlFailure) {
    try curl.set(CURLOPT_PRIVATE, UnsafeRawPointer(bitPattern: tag))
    if let url { try curl.set(CURLOPT_URL, url) }
    try setConnection()
    try setRequest()
    try setReceivers()
    try setRepeats()
    if let sockets { try setSockets(sockets) }
  }

  /// Called when a request is about to begin. From here on its sockets are watched.
  func join(
    _ sockets: SocketWatch, _ goAways: StreamNotes.GoAways, _ trust: KeepAliveTrust
  ) throws(CurlFailure) {
    answer.begin(until: Clock.now().plus(.milliseconds(configuration.timeout.milliseconds)))
    self.goAways = goAways
    self.trust = trust
    if self.sockets === sockets { return }
    self.sockets = sockets
    try setSockets(sockets)
  }

  private func setRequest() throws(CurlFailure) {
    let method = configuration.method
    try curl.set(CURLOPT_USERAGENT, configuration.userAgent)
    try curl.set(CURLOPT_HTTPHEADER, headers.head)
    if method.hasNoAnswerBody {
      try curl.set(CURLOPT_NOBODY, 1)
    } else if configuration.body != .none || method.announcesEmptyBody {
      try curl.set(CURLOPT_POST, 1)
      try setBody(.empty)
    } else {
      try curl.set(CURLOPT_HTTPGET, 1)
    }
    // If libcurl chooses the method itself, it changes it correctly when it follows redirects.
    if !sendsByItself(method) { try curl.set(CURLOPT_CUSTOMREQUEST, method.name) }
    hasBecomeGet = false
    if !method.hasNoAnswerBody, !configuration.connection.isCompressed {
      // Refuses an answer by its Content-Length. An answer without one is stopped by its own limit.
      try curl.set(CURLOPT_MAXFILESIZE_LARGE, size: configuration.longestBody)
    }
  }

  private func sendsByItself(_ method: RequestMethod) -> Bool {
    switch method.name {
    case "POST", "HEAD": true
    case "GET": configuration.body == .none
    default: false
    }
  }

  /// After 303 every request becomes a GET without a body, except HEAD (RFC 9110 section 15.4.4).
  /// libcurl itself drops the body, but would keep the method.
  func becomeGet() {
    guard !sendsByItself(configuration.method),
      (try? curl.set(CURLOPT_CUSTOMREQUEST, nil)) != nil
    else { return }
    hasBecomeGet = true
  }

  private func setMethodAgain() throws(CurlFailure) {
    guard hasBecomeGet else { return }
    hasBecomeGet = false
    try curl.set(CURLOPT_CUSTOMREQUEST, configuration.method.name)
  }

  private func setReceivers() throws(CurlFailure) {
    let user = Unmanaged.passUnretained(answer).toOpaque()
    try curl.set(CURLOPT_HEADERFUNCTION, receiveHeader)
    try curl.set(CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque())
    try curl.set(CURLOPT_WRITEFUNCTION, receiveBody)
    try curl.set(CURLOPT_WRITEDATA, user)
  }

  // MARK: What each request has of its own

  /// Prepares for the next request.
  ///
  /// If a kept connection turns out to be dead before any answer has come, libcurl tries another
  /// one. It gives up after five such tries, and counts them over all requests since the last
  /// reset. So a handle is reset now and then, and whenever it may have tried again, which usually
  /// took a new connection.
  func prepare() throws(CurlFailure) {
    forgetAttempt()
    redirects?.reset()
    if let version = curl.version { lastVersion = version }
    uses += 1
    if curl.connections > 0 || uses >= Self.mostUses {
      uses = 0
      try curl.reset()
      try setUp()
    }
    try setMethodAgain()
    if !configuration.isRepeatable, trust?.takeDistrust() == true {
      try curl.set(CURLOPT_FRESH_CONNECT, 1)
      uses = Self.mostUses
    }
  }

  private func forgetAttempt() {
    answer.clear()
    attempt = .none
    stream = StreamNotes()
    hasLeftBody = false
    lostBody = nil
  }

  /// Prepares to send the same request again over a new connection, if it failed with `code`
  /// because a kept connection ended before the first byte of the answer. Returns `false` if it
  /// failed in another way, or must not have an effect twice.
  ///
  /// By then libcurl has tried other kept connections, but no more than five.
  func prepareAgain(after code: CurlCode) throws(CurlFailure) -> Bool {
    guard code.isOfClosedConnection, curl.connections == 0, curl.status == 0,
      configuration.isRepeatable || stream.isLeftOut(goAways)
    else { return false }
    forgetAttempt()
    try setMethodAgain()
    try curl.set(CURLOPT_FRESH_CONNECT, 1)
    uses = Self.mostUses
    return true
  }

  /// - Parameter url: ends with a NUL; copied.
  func setURL(_ url: ByteView) throws(CurlFailure) {
    try url.withUnsafeBytes { (bytes) throws(CurlFailure) in
      try curl.set(CURLOPT_URL, bytes.baseAddress)
    }
  }

  /// - Parameter body: must stay until the request is over.
  func setBody(_ body: ByteView) throws(CurlFailure) {
    bodySize = body.count
    if needsOwnConnection {
      try curl.set(CURLOPT_FRESH_CONNECT, 1)
      try curl.set(CURLOPT_FORBID_REUSE, 1)
      uses = Self.mostUses
    }
    try curl.set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
    try body.withUnsafeBytes { (bytes) throws(CurlFailure) in
      try curl.set(CURLOPT_POSTFIELDS, bytes.baseAddress)
    }
  }

  // MARK: After a request

  /// The answer's status; 0 if there is no answer.
  var status: Int { curl.status }

  /// What went wrong, and the explanation: libcurl's verdict, unless this program stopped the
  /// request.
  func failure(_ code: CurlCode) -> (code: CurlCode, explanation: String) {
    guard code == .abortedByCallback || code == .writeError else {
      return (code, curl.explanation(of: code))
    }
    if attempt == .heldBack {
      return (
        .gotNothing,
        "the kept connection was closed before an answer, and the request may have been received"
      )
    }
    if let reason = redirects?.reason { return (.abortedByCallback, reason) }
    return (code, curl.explanation(of: code))
  }

}

extension EasyHandle {
  /// How far libcurl has got with a request.
  enum Attempt {
    case none
    /// It was sent, or is about to be.
    case sent
    /// The server has refused the request without looking at it.
    case refused
    /// The request was sent without an answer, and must not be sent again.
    case heldBack

    /// Whether the server may have received it.
    var isUnknown: Bool { self == .sent || self == .heldBack }
  }
}

// MARK: - Callbacks

/// CURLOPT_HEADERFUNCTION(3): called with a whole line each time. If it returns another number than
/// the line's length, libcurl ends the transfer.
private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let user else { return size * count }
  let line = ByteView(start: bytes, count: size * count)
  let handle = Unmanaged<EasyHandle>.fromOpaque(user).takeUnretainedValue()
  return handle.takeHeaderLine(line) ? line.count : line.count + 1
}

/// CURLOPT_WRITEFUNCTION(3).
private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let user else { return size * count }
  let piece = ByteView(start: bytes, count: size * count)
  let answer = Unmanaged<Answer>.fromOpaque(user).takeUnretainedValue()
  return answer.takeBody(piece) ? piece.count : piece.count + 1
}
