/// Stops redirects that would take a secret to another host.
///
/// libcurl holds back `Authorization` and `Cookie` by itself; with other headers that are secret, a
/// redirect to another scheme, host or port isn't followed.
final class RedirectGuard {
  private let headers: [String]
  private var origin: URLCheck.Origin?
  /// Why the last request was not sent, if it was not.
  private(set) var reason: String?

  /// `nil` where there is nothing to guard.
  init?(_ configuration: HTTPConfiguration) {
    guard configuration.connection.followsRedirects else { return nil }
    headers = configuration.headers.map(\.name).filter { name in
      Redaction.isSecret(header: name)
        && !["authorization", "cookie"].contains(name.lowercased())
    }
    if headers.isEmpty { return nil }
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
    if next == origin { return true }
    reason =
      "the redirect leads to another host, port or scheme, where \(headers[0]) must not be sent"
    return false
  }
}
