internal import CCurl
import VimapBytes
import VimapSystem

/// libcurl's easy interface: one request after the other, and the answer to each.
///
/// Owns the handle, and has libcurl write into ``answer``. What a request is made of is lent to it
/// until the request is over.
final class EasyHandle {
  let answer: Answer
  /// libcurl's own handle.
  let curl: CurlHandle
  private let tag: Int
  let configuration: HTTPConfiguration
  private let headers: HeaderList
  private let url: String?
  /// Lines of CURLOPT_RESOLVE(3), which libcurl reads whenever a request is started.
  let addresses: HeaderList
  /// Says where a redirect may lead to.
  let redirects: RedirectGuard?
  /// Told of the sockets of its connections, once there is somebody to tell.
  private var sockets: SocketWatch?
  /// Told when a request is about to be sent, be it again, where ``tellsOfSending``.
  var onSend: () -> Void = {}
  /// Whether it is known when a request is sent: not where libcurl is too old to ask before it.
  var tellsOfSending = false
  /// How far libcurl has got with the request.
  var attempt = Attempt.none
  /// Where it has gone, as far as that is known.
  var stream = StreamNotes()
  /// Behind a redirect, the request no longer carries its body; where it should have, ``lostBody``.
  var hasLeftBody = false
  var lostBody: LostBody?
  private(set) var goAways: StreamNotes.GoAways?
  private(set) var trust: KeepAliveTrust?
  /// A redirect has asked for what is elsewhere to be fetched, so that the method is GET by now.
  private var hasBecomeGet = false
  private(set) var bodySize = 0
  /// The version of HTTP that the last answer came in, as libcurl numbers them; 0 before there is
  /// one.
  private(set) var lastVersion = 0
  /// Requests since the last reset.
  private var uses = 0
  private static let mostUses = 64

  /// It is known that nothing of the request was sent.
  var isUnsent: Bool { tellsOfSending && attempt == .none }

  /// All requests go to one URL, and nowhere else.
  var goesToOneHost: Bool { url != nil && !configuration.connection.followsRedirects }

  /// - Parameters:
  ///   - tag: handed back by ``MultiHandle/nextFinished()``.
  ///   - headers: read whenever a request is started.
  ///   - url: where all requests go, if they go to the same.
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

  // MARK: What stays the same

  private func setUp() throws(CurlFailure) {
    try curl.set(CURLOPT_PRIVATE, UnsafeRawPointer(bitPattern: tag))
    if let url { try curl.set(CURLOPT_URL, url) }
    try setConnection()
    try setRequest()
    try setReceivers()
    try setRepeats()
    if let sockets { try setSockets(sockets) }
  }

  /// Is about to be begun: has its sockets watched from here on.
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
    // What libcurl sends by itself it changes as it should on the way through redirects.
    if !sendsByItself(method) { try curl.set(CURLOPT_CUSTOMREQUEST, method.name) }
    hasBecomeGet = false
    if !method.hasNoAnswerBody, !configuration.connection.isCompressed {
      // Refuses by Content-Length; without one, the answer's own limit does.
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

  /// Behind 303 the request is a GET without a body whatever it was, but for HEAD (RFC 9110 section
  /// 15.4.4). libcurl drops the body by itself, and would keep the method.
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

  // MARK: What a request has of its own

  /// Gets ready for the next request.
  ///
  /// Where a kept connection turns out to be dead before anything has come, libcurl tries another
  /// one. It gives up after five such tries, and counts them over all requests since the last
  /// reset. So a handle is reset when it may have tried again, which as a rule took a connection
  /// of its own, and now and then.
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

  /// Gets ready to send the same request again, over a new connection, where it failed with `code`
  /// because one that there was ended before a byte of the answer; `false` where it failed
  /// otherwise, or must not have an effect twice.
  ///
  /// libcurl has then tried other kept connections, but no more than five.
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

  // MARK: Afterwards

  /// The answer's status; 0 where there is no answer.
  var status: Int { curl.status }

  /// What went wrong: libcurl's verdict, unless it is that we stopped it, and in whose words.
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
    /// The server has refused it without having looked at it.
    case refused
    /// It was sent in vain, and must not be sent again.
    case heldBack

    /// Whether the server may have received it.
    var isUnknown: Bool { self == .sent || self == .heldBack }
  }
}

// MARK: - Callbacks

/// CURLOPT_HEADERFUNCTION(3): called with one whole line each time. What isn't the number of bytes
/// given makes libcurl end the transfer.
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
