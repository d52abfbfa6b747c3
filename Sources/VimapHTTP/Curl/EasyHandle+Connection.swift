internal import CCurl
import VimapBytes

extension EasyHandle {
  func setConnection() throws(CurlFailure) {
    let options = configuration.connection
    try curl.set(CURLOPT_PROTOCOLS_STR, "http,https")
    try curl.set(CURLOPT_DEFAULT_PROTOCOL, "http")
    // No signals: names are looked up in threads.
    try curl.set(CURLOPT_NOSIGNAL, 1)
    try curl.set(CURLOPT_TIMEOUT_MS, configuration.timeout.milliseconds)
    try curl.set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
    try setRedirects(options)
    try setProxy(options)
    try setTrust(options)
    try setVersion(options)
    if let socket = options.unixSocket { try curl.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
    // libcurl itself would leave it to the server to close the connection.
    if configuration.asksToClose { try curl.set(CURLOPT_FORBID_REUSE, 1) }
    if !options.addresses.isEmpty { try curl.set(CURLOPT_RESOLVE, addresses.head) }
    switch options.credentials {
    case .user(let user): try curl.set(CURLOPT_USERPWD, user)
    case .netrc: try curl.set(CURLOPT_NETRC, vimap_netrc_required)
    case nil: break
    }
  }

  /// Sets how redirects are followed. libcurl itself sends name, password, `Authorization` and
  /// `Cookie` to no other host, port or scheme (CURLOPT_UNRESTRICTED_AUTH(3)).
  private func setRedirects(_ options: ConnectionOptions) throws(CurlFailure) {
    try curl.set(CURLOPT_FOLLOWLOCATION, options.followsRedirects ? 1 : 0)
    guard options.followsRedirects else { return }
    try curl.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    try curl.set(CURLOPT_MAXREDIRS, ConnectionOptions.mostRedirects)
    try curl.set(CURLOPT_UNRESTRICTED_AUTH, 0)
    if configuration.method != .post {
      // Only a POST may become a GET after 301 and 302 (RFC 9110 sections 15.4.2 and 15.4.3).
      // libcurl takes every request with a body for a POST, so it must be told.
      try curl.set(CURLOPT_POSTREDIR, Int(CURL_REDIR_POST_301 | CURL_REDIR_POST_302))
    }
  }

  private func setProxy(_ options: ConnectionOptions) throws(CurlFailure) {
    // What a proxy answers to CONNECT is not part of the answer.
    try curl.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    if let proxy = options.proxy { try curl.set(CURLOPT_PROXY, proxy) }
    if let hosts = options.hostsWithoutProxy { try curl.set(CURLOPT_NOPROXY, hosts) }
  }

  private func setTrust(_ options: ConnectionOptions) throws(CurlFailure) {
    if !options.verifies {
      try curl.set(CURLOPT_SSL_VERIFYPEER, 0)
      try curl.set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    if let file = options.certificateAuthorities { try curl.set(CURLOPT_CAINFO, file) }
    guard let certificate = options.certificate else { return }
    try curl.set(CURLOPT_SSLCERT, certificate.file)
    if let key = certificate.key { try curl.set(CURLOPT_SSLKEY, key) }
    // Without a password, OpenSSL would ask for one on the terminal.
    try curl.set(CURLOPT_KEYPASSWD, certificate.password ?? "")
  }

  private func setVersion(_ options: ConnectionOptions) throws(CurlFailure) {
    switch options.version {
    case .any: break
    case .one: try curl.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    case .two:
      // CURL_HTTP_VERSION_2_0 would ask a server without TLS to upgrade; see Mispairing.
      try setStreams(Int(CURL_HTTP_VERSION_2TLS))
    case .twoByPriorKnowledge:
      try setStreams(Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
      if Workaround.knownStreams.isNeeded {
        try curl.set(CURLOPT_FRESH_CONNECT, 1)
        try curl.set(CURLOPT_FORBID_REUSE, 1)
      }
      // A proxy speaks HTTP/1.1, unless requests are tunnelled through it.
      try curl.set(CURLOPT_HTTPPROXYTUNNEL, 1)
    }
  }

  private func setStreams(_ version: Int) throws(CurlFailure) {
    try curl.set(CURLOPT_HTTP_VERSION, version)
    // Otherwise each of the first requests would open a connection, before it is known that one is
    // enough.
    try curl.set(CURLOPT_PIPEWAIT, 1)
  }
}

extension Duration {
  /// Whole milliseconds for libcurl, where 0 would mean no limit, and 24 days are the most.
  var milliseconds: Int {
    let most = Duration.milliseconds(Int32.max)
    let (seconds, attoseconds) = min(self, most).components
    return max(1, Int(seconds).times(1000).plus(Int(attoseconds / 1_000_000_000_000_000)))
  }
}
