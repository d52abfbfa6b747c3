import VimapHTTP
import VimapJSON
import VimapKit
import VimapRecords

/// Hints about failed requests, printed once at the end of a run.
struct FailureHints {
  private let http: HTTPOptions
  private let connection: ConnectionArguments
  private let hasRetries: Bool
  /// The hosts and ports of proxies that requests may go through.
  private let proxies: [(host: String, port: String)]

  /// - Parameter environment: entries of the form `NAME=VALUE`.
  init(_ options: VimapCommand, environment: [String]) {
    http = options.http
    connection = options.connection
    hasRetries = options.flow.retry != nil
    var asked = ConnectionOptions()
    asked.proxy = options.connection.proxy
    proxies = asked.proxies(environment: environment).compactMap(ProxyCheck.hostAndPort)
  }

  /// What to do about one of the causes; `nil` if there is no hint.
  func hint(on cause: FailureTally.Cause) -> String? {
    if http.post.isEmpty { return nil }
    switch cause.kind {
    case .httpStatus: return Self.status(in: cause.message).flatMap(hint)
    case .httpTransport:
      return ofProxy(cause.message) ?? ofURL(cause.message)
        ?? Self.transport.first { cause.message.contains($0.words) }?.hint
    default: return nil
    }
  }

  // MARK: Statuses

  private static func status(in message: String) -> Int? {
    let start = "the server answered with status "
    guard message.hasPrefix(start) else { return nil }
    return Int(message.dropFirst(start.count).prefix { $0.isNumber })
  }

  private func hint(onStatus status: Int) -> String? {
    switch status {
    case 301, 302, 303, 307, 308:
      return connection.location ? nil : "--location follows redirects"
    case 429, 503:
      return hasRetries ? nil : "--retry N tries again, --rate N/s sends no faster than that"
    default: return Self.statuses[status]
    }
  }

  private static let statuses: [Int: String] = {
    let body = "what the server says of it is in the result's out.body"
    return [
      400: body, 422: body, 409: body,
      401: "--user NAME:PASSWORD or -H @FILE ('Authorization: Bearer KEY' in it) says who asks",
      403: "whoever asks (--user, -H @FILE) may not do so; \(body)",
      405: "-X gives another method, with --no-body for a GET",
      407: "the proxy wants to know who asks: --proxy http://NAME:PASSWORD@HOST:PORT",
      413: "--body PATH sends a part of each record, a smaller --batch fewer of them",
      415: "-H 'Content-Type: ...' says what the body is",
    ]
  }()

  // MARK: Transport

  private func ofProxy(_ message: String) -> String? {
    let isProxys =
      message.contains("resolve proxy")
      || proxies.contains { message.contains("connect to \($0.host) port \($0.port) ") }
    guard isProxys else { return nil }
    return connection.proxy == nil
      ? "that is the proxy of the environment (http_proxy, https_proxy, all_proxy); --proxy '' goes"
        + " without"
      : "that is the proxy (--proxy)"
  }

  private func ofURL(_ message: String) -> String? {
    let isEncoded = http.post.contains { url in
      url.hasPrefix("{") && !url.hasPrefix("{+") && Template(url).literalPrefix.isEmpty
    }
    guard isEncoded, message.contains("URL") || message.contains("resolve host")
    else { return nil }
    return "what is filled into a URL is percent-encoded; {+.} is the record, {+.path} a part of"
      + " it, as a URL that stays as it is"
  }

  /// Words of libcurl's messages, and what to do about them.
  private static let transport: [(words: String, hint: String)] = [
    (
      "certificate has expired",
      "--insecure does not verify certificates (-k is --keep-order)"
    ),
    (
      "SSL certificate problem",
      "--cacert FILE trusts its certificate, --insecure any (-k is --keep-order)"
    ),
    (
      "subject name",
      "its certificate is for another name; --insecure does not verify it (-k is --keep-order)"
    ),
    ("wrong version number", "the server may not speak TLS: try http://"),
    ("packet length too long", "the server may not speak TLS: try http://"),
    ("record layer failure", "the server may not speak TLS: try http://"),
    ("HTTP/0.9", "the server may not speak HTTP, or want https://"),
  ]
}
