import ArgumentParser

/// How servers are reached; the names are curl's.
struct ConnectionArguments: ParsableArguments {
  @Flag(
    help: "Follow redirects, at most 10, and never on to another host with credentials.")
  var location = false

  @Option(
    help: ArgumentHelp(
      "Name and password for the server; --netrc and --header @FILE keep them out of the list of"
        + " processes.", valueName: "name:password"))
  var user: String?

  @Flag(help: "Take name and password from ~/.netrc.")
  var netrc = false

  @Option(
    help: ArgumentHelp(
      "Trust these certificates, in PEM, instead of the system's.", valueName: "file"),
    completion: .file())
  var cacert: String?

  @Option(
    help: ArgumentHelp(
      "Certificate of the client, in PEM, and the password of its key.",
      valueName: "file[:password]"),
    completion: .file())
  var cert: String?

  @Option(
    help: ArgumentHelp("Key of the client's certificate.", valueName: "file"),
    completion: .file())
  var key: String?

  @Flag(help: "Do not verify the server's certificate.")
  var insecure = false

  @Option(
    help: ArgumentHelp(
      "Go through this proxy instead of the environment's; '' for none.", valueName: "url"))
  var proxy: String?

  @Option(help: ArgumentHelp("Hosts that no proxy is used for.", valueName: "list"))
  var noproxy: String?

  @Option(
    help: ArgumentHelp("Connect to this socket, whatever the host.", valueName: "file"),
    completion: .file())
  var unixSocket: String?

  @Flag(help: "Ask for answers in gzip or deflate, and decompress them.")
  var compressed = false

  @Flag(name: .customLong("http1.1"), help: "Speak HTTP/1.1.")
  var http1 = false

  @Flag(
    name: .customLong("http2"),
    help: "Speak HTTP/2 where the server does, over TLS, with many requests on one connection.")
  var http2 = false

  @Flag(
    name: .customLong("http2-prior-knowledge"),
    help: "Speak HTTP/2 without TLS, to servers that are known to speak it.")
  var http2PriorKnowledge = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Where this host and port are to be found, repeatable.", valueName: "host:port:address"))
  var resolve: [String] = []

  /// The first of the options that was given.
  var given: String? {
    let options: [(String, Bool)] = [
      ("--location", location), ("--user", user != nil), ("--netrc", netrc),
      ("--cacert", cacert != nil), ("--cert", cert != nil), ("--key", key != nil),
      ("--insecure", insecure), ("--proxy", proxy != nil), ("--noproxy", noproxy != nil),
      ("--unix-socket", unixSocket != nil), ("--compressed", compressed), ("--http1.1", http1),
      ("--http2", http2), ("--http2-prior-knowledge", http2PriorKnowledge),
      ("--resolve", !resolve.isEmpty),
    ]
    return options.first(where: \.1)?.0
  }
}
