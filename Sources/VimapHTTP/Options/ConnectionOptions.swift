import VimapSystem

/// How servers are reached, and who asks. The options have the same names as curl's.
package struct ConnectionOptions: Sendable {
  /// Whether to follow redirects, as `--location` does.
  package var followsRedirects = false
  package var credentials: Credentials?
  /// A file of certificates in PEM to trust instead of the system's.
  package var certificateAuthorities: String?
  /// The certificate that the client shows to a server that asks for one.
  package var certificate: ClientCertificate?
  /// Whether a server has to prove its identity.
  package var verifies = true
  /// The proxy's URL, or an empty text for no proxy; `nil` for the environment's.
  package var proxy: String?
  /// The hosts that are reached without a proxy, separated by commas.
  package var hostsWithoutProxy: String?
  /// A Unix socket that is used instead of every host and port.
  package var unixSocket: String?
  /// Whether answers may be compressed.
  package var isCompressed = false
  package var version = HTTPVersion.any
  /// Addresses of hosts, as `HOST:PORT:ADDRESS[,ADDRESS]`.
  package var addresses: [HostAddress] = []

  package init() {}

  /// The proxies that requests may use: the given one, or those of the environment.
  /// - Parameter environment: entries of the form `NAME=VALUE`.
  package func proxies(environment: [String]) -> [String] {
    if let proxy { return [proxy] }
    // These are the variables that libcurl reads. It ignores HTTP_PROXY.
    let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    return names.compactMap { environmentValue(of: $0, in: environment) }
  }

  /// The most redirects that a request follows.
  package static let mostRedirects = 10
}

/// The credentials of a request.
package enum Credentials: Sendable, Equatable {
  /// `NAME:PASSWORD`.
  case user(String)
  /// The entry of ~/.netrc for the host.
  case netrc
}

/// The version of HTTP to use.
package enum HTTPVersion: Sendable, Equatable {
  /// HTTP/2 over TLS if the server supports it, otherwise 1.1.
  case any
  case one
  /// As `any`, over as few connections as possible.
  case two
  /// HTTP/2 even without TLS, for a server that is known to support it; as few connections as
  /// possible.
  case twoByPriorKnowledge
}

/// A client's certificate in PEM, its key and the key's password.
package struct ClientCertificate: Sendable, Equatable {
  package let file: String
  /// The password of the key.
  package let password: String?
  /// The file of the key, if it is not in the certificate's file.
  package var key: String?

  /// Reads `FILE` or `FILE:PASSWORD`. A colon or backslash in the file's name is written with a
  /// backslash before it.
  package init(_ text: String, key: String? = nil) {
    var file = ""
    // By scalars: a combining mark after the colon would form one character with it.
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

/// The addresses of a host and port, which are used instead of a name lookup.
package struct HostAddress: Sendable, Equatable {
  /// In libcurl's form (CURLOPT_RESOLVE(3)).
  package let text: String

  /// Reads `HOST:PORT:ADDRESS[,ADDRESS]...`. An IPv6 address may be in brackets.
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
