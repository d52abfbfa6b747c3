import VimapBytes

/// Stops redirects that would send a secret to another host.
///
/// libcurl itself keeps `Authorization` and `Cookie` from other hosts. If there are other secret
/// headers, or a client certificate, a redirect to another scheme, host or port is not followed. A
/// certificate is shown as soon as there is a connection, so the redirect must be stopped at the
/// answer that asks for it.
final class RedirectGuard {
  /// The name of what must not be sent elsewhere.
  private let secret: String
  private var origin: URLCheck.Origin?
  /// Why the last request was not sent; `nil` if it was.
  private(set) var reason: String?

  /// `nil` if there is nothing to guard.
  init?(_ configuration: HTTPConfiguration) {
    guard configuration.connection.followsRedirects else { return nil }
    let header = configuration.headers.first { header in
      header.isSecret && !["authorization", "cookie"].contains(header.name.lowercased())
    }
    let certificate = configuration.connection.certificate.map { _ in "the client's certificate" }
    guard let secret = header?.name ?? certificate else { return nil }
    self.secret = secret
  }

  func reset() {
    origin = nil
    reason = nil
  }

  /// Whether the next request may go to a URL.
  func allows(_ url: String, isRedirect: Bool) -> Bool {
    let next = URLCheck.origin(of: url)
    guard isRedirect, let origin else {
      origin = next
      return true
    }
    return isSame(next, origin)
  }

  /// Whether an answer's redirect to `location` may be followed. The answer came from `url`.
  func allows(_ location: ByteView, from url: String) -> Bool {
    guard let origin = origin ?? URLCheck.origin(of: url) else { return false }
    return isSame(URLCheck.origin(of: location.text, from: url), origin)
  }

  private func isSame(_ next: URLCheck.Origin?, _ origin: URLCheck.Origin) -> Bool {
    if next == origin { return true }
    reason =
      "the redirect leads to another host, port or scheme, where \(secret) must not be sent"
    return false
  }
}
