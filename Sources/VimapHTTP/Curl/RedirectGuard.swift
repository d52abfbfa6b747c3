import VimapBytes

/// Stops redirects that would take a secret to another host.
///
/// libcurl holds back `Authorization` and `Cookie` by itself; with other headers that are secret,
/// or with a certificate of the client, a redirect to another scheme, host or port isn't followed.
/// A certificate is shown as soon as there is a connection, and so the answer that says where to go
/// is where it is stopped.
final class RedirectGuard {
  /// What must not be sent elsewhere.
  private let secret: String
  private var origin: URLCheck.Origin?
  /// Why the last request was not sent, if it was not.
  private(set) var reason: String?

  /// `nil` where there is nothing to guard.
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

  /// Whether a redirect to `location` that an answer from `url` asks for may be followed.
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
