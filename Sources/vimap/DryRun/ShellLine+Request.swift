import VimapBytes
import VimapExec
import VimapHTTP

/// Requests as commands of curl(1). Options turn off what only curl does by default, and turn on
/// what only the HTTP worker does.
extension ShellLine {
  /// The longest body that is written as an argument. The system's limit is 128 KiB (execve(2)).
  private static let longestArgument = 64 << 10

  mutating func add(_ request: PlannedRequest, _ configuration: HTTPConfiguration) {
    var isPiped = false
    if let body = request.body, body.count > Self.longestArgument || !body.canBeShown {
      isPiped = true
      add(printing: body)
      add(syntax: "|")
    }
    // -q skips ~/.curlrc, and must come first. -g means no globbing. -sS means no progress, but
    // errors.
    add(syntax: "curl -qgsS")
    add("--max-time", configuration.timeout.secondsText)
    add("--connect-timeout", configuration.connectTimeout.secondsText)
    add(configuration.connection)
    if configuration.connection.followsRedirects, request.body != nil, request.method != "POST" {
      // With -X, curl would keep the method and drop the body.
      add(syntax: "--post301 --post302")
    }
    add("-A", configuration.userAgent)
    for header in request.headers {
      add(syntax: "-H")
      add(word: header.bytes)
    }
    add(method: request.method, hasBody: request.body != nil)
    if isPiped {
      add(syntax: "--data-binary @-")
    } else if let body = request.body {
      add(syntax: "--data-raw")
      add(word: body)
    }
    add(url: request.url)
  }

  private mutating func add(_ option: String, _ value: String) {
    add(word: option)
    add(word: value)
  }

  private mutating func add(method: String, hasBody: Bool) {
    switch (method, hasBody) {
    case ("HEAD", _): add(syntax: "-I")
    case ("POST", true), ("GET", false): break
    default: add("-X", method)
    }
  }

  private mutating func add(url: String) {
    let start = url.prefix(8).lowercased()
    if !start.hasPrefix("http://"), !start.hasPrefix("https://") {
      // curl would guess the protocol, and also use ftp, file and others.
      add("--proto", "=http,https")
      add("--proto-default", "http")
    }
    if url.utf8.first == UInt8(ascii: "-") { add(syntax: "--url") }
    add(word: url)
  }

  private mutating func add(_ options: ConnectionOptions) {
    if options.followsRedirects {
      add(syntax: "-L")
      add("--max-redirs", "\(ConnectionOptions.mostRedirects)")
      add("--proto-redir", "=http,https")
    }
    switch options.credentials {
    case .user: add("-u", "\(Redaction.mark):\(Redaction.mark)")
    case .netrc: add(syntax: "-n")
    case nil: break
    }
    if let file = options.certificateAuthorities { add("--cacert", file) }
    if let certificate = options.certificate {
      add("-E", certificate.file.replacing("\\", with: "\\\\").replacing(":", with: "\\:"))
      // Without a password, curl would ask for one on the terminal.
      add("--pass", certificate.password == nil ? "" : Redaction.mark)
      if let key = certificate.key { add("--key", key) }
    }
    if !options.verifies { add(syntax: "-k") }
    if let proxy = options.proxy { add("-x", Redaction.url(proxy)) }
    if let hosts = options.hostsWithoutProxy { add("--noproxy", hosts) }
    if let socket = options.unixSocket { add("--unix-socket", socket) }
    if options.isCompressed { add(syntax: "--compressed") }
    switch options.version {
    // curl does that by default. Its --http2 would ask servers without TLS to upgrade.
    case .any, .two: break
    case .one: add(syntax: "--http1.1")
    case .twoByPriorKnowledge:
      add(syntax: "--http2-prior-knowledge")
      add(syntax: "--proxytunnel")
    }
    for address in options.addresses { add("--resolve", address.text) }
  }
}

extension Duration {
  /// Seconds with curl's precision, and more than 0, which would mean no limit.
  fileprivate var secondsText: String {
    let milliseconds = max(
      1, components.seconds.times(1000).plus(components.attoseconds / 1_000_000_000_000_000))
    return milliseconds % 1000 == 0
      ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
  }
}
