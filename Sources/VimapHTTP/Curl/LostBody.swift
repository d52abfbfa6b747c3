import VimapBytes

/// A redirect by 301 or 302 that has made a POST a GET without its body (RFC 9110 sections 15.4.2
/// and 15.4.3). Nothing of the record arrives at the redirect's target, but the answer may still
/// look successful.
struct LostBody: Equatable {
  let status: Int
  /// Where the request went, and where the redirect leads: scheme, host and port.
  let from: String
  let target: String

  /// - Parameter url: the URL that answered with this status and `location`.
  init?(status: Int, location: ByteView, from url: String) {
    guard status == 301 || status == 302, let from = URLCheck.origin(of: url),
      let target = URLCheck.origin(of: location.text, from: url)
    else { return nil }
    self.status = status
    self.from = from.text
    self.target = target.text
  }

  /// A notice for users.
  var explanation: String {
    let place = from == target ? "another place there" : target
    return "\(from) answered with status \(status), which leads to \(place): --location follows"
      + " that with a GET without a body, as curl does, so the record is not delivered; give the"
      + " URL of where it leads to, or have the server answer with 307 or 308"
  }
}

extension URLCheck.Origin {
  fileprivate var text: String { "\(scheme)://\(hostAndPort)" }
}
