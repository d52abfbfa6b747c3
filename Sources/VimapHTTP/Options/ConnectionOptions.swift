import VimapSystem

/// How servers are reached, and who asks: what bears the same names among curl's options.
package struct ConnectionOptions: Sendable {
  /// Whether to go where an answer redirects to, as `--location` does.
  package var followsRedirects = false
  package var credentials: Credentials?
  /// A file of certificates in PEM to trust instead of the system's.
  package var certificateAuthorities: String?
  /// What the client shows a server that asks who it is.
  package var certificate: ClientCertificate?
  /// Whether a server has to show that it is the one asked for.
  package var verifies = true
  /// The proxy's URL, or an empty text for none; without it, the environment's.
  package var proxy: String?
  /// The hosts that no proxy is used for, with commas between them.
  package var hostsWithoutProxy: String?
  /// The socket that stands in for every host and port.
  package var unixSocket: String?
  /// Whether answers may be compressed.
  package var isCompressed = false
  package var version = HTTPVersion.any
  /// Addresses of hosts, as `HOST:PORT:ADDRESS[,ADDRESS]`.
  package var addresses: [HostAddress] = []

  package init() {}

  /// The proxies that requests may go through: the one that was given, or the environment's.
  /// - Parameter environment: `NAME=VALUE` each.
  package func proxies(environment: [String]) -> [String] {
    if let proxy { return [proxy] }
    // As libcurl reads them; it does not know HTTP_PROXY.
    let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    return names.compactMap { environmentValue(of: $0, in: environment) }
  }

  /// Most redirects that one request follows.
  package static let mostRedirects = 10
}

/// Who a request is said to come from.
package enum Credentials: Sendable, Equatable {
  /// `NAME:PASSWORD`.
  case user(String)
  /// What ~/.netrc says for the host.
  case netrc
}

/// Which version of HTTP is spoken.
package enum HTTPVersion: Sendable, Equatable {
  /// HTTP/2 over TLS where the server speaks it, else 1.1.
  case any
  case one
  /// The same as `any`, over as few connections as can be.
  case two
  /// HTTP/2 without TLS too, which the server is known to speak; as few connections as can be.
  case twoByPriorKnowledge
}

/// A client's certificate, in PEM, and what belongs to it.
package struct ClientCertificate: Sendable, Equatable {
  package let file: String
  /// Of the key.
  package let password: String?
  /// The file of the key, if not that of the certificate.
  package var key: String?

  /// Reads `FILE` or `FILE:PASSWORD`; a colon or backslash of the file's name has a backslash
  /// before it.
  package init(_ text: String, key: String? = nil) {
    var file = ""
    // Not by characters: a mark behind the colon would be one with it.
    var rest = text.unicodeScalars[...]
    var password: String?
    while let character = rest.popFirst() {
      if character == "\\", let next = rest.first, next == ":" || next == "\\" {
        file.unicodeScalars.append(next)
        rest.removeFirst()
      } else if character == ":" {
        password = String(rest)
        break
      } else {
        file.unicodeScalars.append(character)
      }
    }
    self.file = file
    self.password = password
    self.key = key
  }
}

/// Where a host and port are to be found, instead of what looking up the name says.
package struct HostAddress: Sendable, Equatable {
  /// As libcurl takes it (CURLOPT_RESOLVE(3)).
  package let text: String

  /// Reads `HOST:PORT:ADDRESS[,ADDRESS]...`; an IPv6 address may be in brackets.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0,
      !parts[2].isEmpty, !text.utf8.contains(where: \.endsHeader),
      parts[2].split(separator: ",", omittingEmptySubsequences: false).allSatisfy(Self.isAddress)
    else { return nil }
    self.text = text
  }

  private static func isAddress(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" || $0 == "[" || $0 == "]" }
  }
}
