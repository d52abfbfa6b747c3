import VimapBytes
import VimapHTTP
import VimapSystem

extension ConnectionOptions {
  /// The connections that the options describe; files that they name have to be there.
  init(_ arguments: ConnectionArguments) throws {
    self.init()
    followsRedirects = arguments.location
    credentials = try Self.credentials(arguments)
    try setTrust(arguments)
    try setWay(arguments)
    isCompressed = arguments.compressed
    version = try Self.version(arguments)
  }

  private static func version(_ arguments: ConnectionArguments) throws -> HTTPVersion {
    let versions: [(option: String, isGiven: Bool, version: HTTPVersion)] = [
      ("--http1.1", arguments.http1, .one), ("--http2", arguments.http2, .two),
      ("--http2-prior-knowledge", arguments.http2PriorKnowledge, .twoByPriorKnowledge),
    ]
    let given = versions.filter(\.isGiven)
    guard given.count < 2 else {
      throw Refusal(.usage, "\(given[0].option) and \(given[1].option): give one of them only")
    }
    return given.first?.version ?? .any
  }

  private static func credentials(_ arguments: ConnectionArguments) throws -> Credentials? {
    if let user = arguments.user {
      if arguments.netrc { throw Refusal(.usage, "--user and --netrc: give one of them only") }
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
      if arguments.insecure {
        throw Refusal(.usage, "--cacert and --insecure: give one of them only")
      }
      try InputText.check(file, of: "--cacert", "give a file of certificates in PEM")
      certificateAuthorities = file
    }
    if let text = arguments.cert {
      let certificate = ClientCertificate(text, key: arguments.key)
      try InputText.check(certificate.file, of: "--cert", "give a certificate in PEM")
      self.certificate = certificate
    }
    if let file = arguments.key {
      if arguments.cert == nil { throw Refusal(.usage, "--key: it goes with --cert") }
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
      if arguments.proxy != nil {
        throw Refusal(.usage, "--unix-socket and --proxy: give one of them only")
      }
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
