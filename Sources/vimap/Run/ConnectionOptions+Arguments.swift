import VimapBytes
import VimapHTTP
import VimapSystem

extension ConnectionOptions {
  /// The connections that the options describe. The files that they name must exist.
  init(_ arguments: ConnectionArguments) throws {
    self.init()
    followsRedirects = arguments.location
    credentials = try Self.credentials(arguments)
    try setTrust(arguments)
    try setWay(arguments)
    isCompressed = arguments.compressed
    if arguments.http1 { version = .one }
    if arguments.http2 { version = .two }
    if arguments.http2PriorKnowledge { version = .twoByPriorKnowledge }
  }

  private static func credentials(_ arguments: ConnectionArguments) throws -> Credentials? {
    if let user = arguments.user {
      guard user.utf8.contains(UInt8(ascii: ":")) else {
        throw Refusal(.usage, "--user: a colon and the password must follow the name")
      }
      return .user(user)
    }
    guard arguments.netrc else { return nil }
    if let home = environmentValue(of: "HOME", in: inheritedEnvironment()) {
      try InputText.check(
        home + "/.netrc", of: "--netrc",
        "write 'machine HOST login NAME password PASSWORD' there")
    }
    return .netrc
  }

  private mutating func setTrust(_ arguments: ConnectionArguments) throws {
    verifies = !arguments.insecure
    if let file = arguments.cacert {
      try InputText.check(file, of: "--cacert", "give a file of certificates in PEM")
      certificateAuthorities = file
    }
    if let text = arguments.cert {
      let certificate = ClientCertificate(text, key: arguments.key)
      try InputText.check(certificate.file, of: "--cert", "give a certificate in PEM")
      self.certificate = certificate
    }
    if let file = arguments.key {
      try InputText.check(file, of: "--key", "give the key of --cert in PEM")
    }
  }

  private mutating func setWay(_ arguments: ConnectionArguments) throws {
    if let proxy = arguments.proxy, let reason = ProxyCheck.problem(with: proxy) {
      throw Refusal(.usage, "--proxy '\(Redaction.url(proxy))': \(reason)")
    }
    proxy = arguments.proxy
    hostsWithoutProxy = arguments.noproxy
    if let path = arguments.unixSocket {
      guard (1...107).contains(path.withSystemBytes(\.count)) else {
        throw Refusal(.usage, "--unix-socket: a socket's name has from 1 to 107 bytes")
      }
      unixSocket = path
    }
    addresses = try arguments.resolve.map { text in
      guard let address = HostAddress(text) else {
        throw Refusal(
          .usage, "--resolve '\(text)': give HOST:PORT:ADDRESS, such as example.org:443:127.0.0.1")
      }
      return address
    }
  }
}
