import VimapBytes

/// A redirect that has made a POST a GET without its body, as 301 and 302 do (RFC 9110 sections
/// 15.4.2 and 15.4.3): where it leads to, nothing of the record arrives, though the answer may be a
/// good one.
struct LostBody: Equatable {
  let status: Int
  /// Where the request went, and where to it was sent on: scheme, host and port.
  let from: String
  let target: String

  /// - Parameter url: where the answer with this status and `location` came from.
  init?(status: Int, location: ByteView, from url: String) {
    guard status == 301 || status == 302, let from = URLCheck.origin(of: url),
      let target = URLCheck.origin(of: location.text, from: url)
    else { return nil }
    self.status = status
    self.from = from.text
    self.target = target.text
  }

  /// For people.
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
