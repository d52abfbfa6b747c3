internal import CCurl
import VimapBytes

/// Sends a request a second time if its connection ended before the first byte of the answer.
///
/// libcurl itself does that over a kept connection, whatever the method is, and can't be told not
/// to (``Workaround/repeats``). But it calls back before each request (CURLOPT_PREREQFUNCTION(3)).
/// So a request that must not have an effect twice can be held back here, unless the server said
/// that it did nothing (RFC 9113 section 8.7).
extension EasyHandle {
  func setRepeats() throws(CurlFailure) {
    let user = Unmanaged.passUnretained(self).toOpaque()
    do {
      try curl.set(CURLOPT_PREREQFUNCTION, requestAsked)
      try curl.set(CURLOPT_PREREQDATA, user)
      tellsOfSending = true
    } catch {
      if redirects != nil || !configuration.isRepeatable { throw error }
    }
    guard Workaround.leftOutRequests.isNeeded, !configuration.isRepeatable,
      configuration.mayUseStreams
    else { return }
    try curl.check(
      curl.lend { vimap_easy_set_debug($0, debugTextGiven, user) }, CURLOPT_DEBUGFUNCTION)
    try curl.set(CURLOPT_VERBOSE, 1)
  }

  /// Whether libcurl may send the request that it is about to send.
  fileprivate func mayRequest() -> Bool {
    let isHeldBack =
      Workaround.repeats.isNeeded && attempt.isUnknown && !answer.hasCome
      && !configuration.isRepeatable
    attempt = isHeldBack ? .heldBack : .sent
    if isHeldBack { trust?.noteLoss() }
    answer.expectAnother()
    let goes = !isHeldBack && mayGo
    if goes { onSend() }
    return goes
  }

  /// Whether the request may go where it goes now.
  private var mayGo: Bool {
    guard let redirects else { return true }
    var count = 0
    _ = curl.lend { vimap_easy_get_long($0, CURLINFO_REDIRECT_COUNT, &count) }
    guard let url = effectiveURL else { return true }
    return redirects.allows(url, isRedirect: count > 0)
  }

  /// The URL that the request was last sent to.
  private var effectiveURL: String? {
    var text: UnsafePointer<CChar>?
    _ = curl.lend { vimap_easy_get_text($0, CURLINFO_EFFECTIVE_URL, &text) }
    return text.map { String(cString: $0) }
  }

  /// Takes a header line. Returns `false` if the transfer must end.
  func takeHeaderLine(_ line: ByteView) -> Bool {
    if let redirects, (300...399).contains(status), let url = effectiveURL,
      let location = line.value(ifHeader: "location"), !redirects.allows(location, from: url)
    {
      return false
    }
    if configuration.connection.followsRedirects, let location = line.value(ifHeader: "location") {
      noteRedirect(to: location)
    }
    return answer.takeHeaderLine(line)
  }

  private func noteRedirect(to location: ByteView) {
    let status = status
    if status == 303 { becomeGet() }
    if !hasLeftBody, configuration.method == .post, configuration.sendsBody,
      let url = effectiveURL
    {
      lostBody = LostBody(status: status, location: location, from: url)
      // The target of a 303 is meant to be fetched with GET.
      hasLeftBody = lostBody != nil || status == 303
    }
  }

  /// The number of its connection, if libcurl gives one.
  private var connection: Int? {
    let number = curl.offset(vimap_info_connection)
    return number < 0 ? nil : number
  }

  fileprivate func takeDebugText(_ text: ByteView) {
    if text.starts("REFUSED_STREAM, retrying")
      || text.starts("Connection died, retrying") && stream.isLeftOut(goAways)
    {
      attempt = .refused
    }
    stream.take(text, connection: connection, goAways)
  }
}

extension HTTPConfiguration {
  /// Whether sending a request twice has no more effect than sending it once: because of its method
  /// (RFC 9110 section 9.2.2), or because the server can recognise it by its key.
  var isRepeatable: Bool {
    sendsIdempotencyKey
      || ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(method.name)
      || headers.contains { $0.name.lowercased() == "idempotency-key" && $0.value != .removed }
  }

  /// Whether HTTP/2 may be used.
  var mayUseStreams: Bool {
    switch connection.version {
    case .one: false
    case .two, .twoByPriorKnowledge: true
    case .any: connection.followsRedirects || urls.contains { !$0.isPlain }
    }
  }
}

// MARK: - Callbacks

/// CURLOPT_PREREQFUNCTION(3): called before each request, also after redirects.
private func requestAsked(
  _ user: UnsafeMutableRawPointer?, _ remote: UnsafeMutablePointer<CChar>?,
  _ local: UnsafeMutablePointer<CChar>?, _ remotePort: CInt, _ localPort: CInt
) -> CInt {
  guard let user else { return CInt(CURL_PREREQFUNC_OK) }
  let handle = Unmanaged<EasyHandle>.fromOpaque(user).takeUnretainedValue()
  return CInt(handle.mayRequest() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
}

/// CURLOPT_DEBUGFUNCTION(3).
private func debugTextGiven(
  _ easy: UnsafeMutableRawPointer?, _ kind: curl_infotype, _ bytes: UnsafeMutablePointer<CChar>?,
  _ count: Int, _ user: UnsafeMutableRawPointer?
) -> CInt {
  guard kind == CURLINFO_TEXT, let bytes, let user else { return 0 }
  Unmanaged<EasyHandle>.fromOpaque(user).takeUnretainedValue()
    .takeDebugText(ByteView(start: bytes, count: count))
  return 0
}
