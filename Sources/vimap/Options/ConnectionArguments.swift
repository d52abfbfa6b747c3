import ArgumentParser

/// How servers are reached; the names are curl's.
struct ConnectionArguments: ParsableArguments {
  static let rules: [OptionRule] = [
    .needs(
      [
        "--location", "--user", "--netrc", "--cacert", "--cert", "--key", "--insecure", "--proxy",
        "--noproxy", "--unix-socket", "--compressed", "--http1.1", "--http2",
        "--http2-prior-knowledge", "--resolve",
      ], "--post"),
    .needs(["--key"], "--cert"),
    .oneOf(["--user", "--netrc"]),
    .oneOf(["--cacert", "--insecure"]),
    .oneOf(["--unix-socket", "--proxy"]),
    .oneOf(["--http1.1", "--http2", "--http2-prior-knowledge"]),
  ]

  // man:
  // Follow redirects, at most 10 for a request, to http and https only.
  // Behind 303 every method but HEAD becomes a GET without a body, and behind 301 and 302
  // a POST does; all else is sent on as it is, with its body.
  // So a POST that 301 or 302 leads elsewhere, from http to https, say, delivers nothing
  // there, whatever the answer is; the first time, a line on standard error says so, and
  // where to.
  // Give the URL that it leads to, or have the server answer with 307 or 308.
  // .Fl -user ,
  // .Fl -netrc
  // and the headers Authorization and Cookie go to no other host, port or scheme;
  // with another header whose name tells that it is secret, such as X-Api-Key, or that
  // comes from a file, or with
  // .Fl -cert ,
  // a redirect to another host, port or scheme is not followed.
  @Flag(
    help: "Follow redirects, at most 10, and never on to another host with credentials.")
  var location = false

  // man: Ar name Ns \&: Ns Ar password
  // Who the requests come from.
  // It is in the list of processes for a moment, until it is written over with stars, and so
  // are the values of
  // .Fl -header
  // and
  // .Fl -init ,
  // the password of
  // .Fl -cert ,
  // and names and passwords in the URLs of
  // .Fl -post
  // and
  // .Fl -proxy ;
  // .Fl -netrc
  // and
  // .Fl -header Ql @file
  // keep it out of there.
  // A run that has secrets for a server leaves no core dump, and only root can look into the
  // memory of its processes
  // .Pq Dv PR_SET_DUMPABLE , Xr prctl 2 .
  @Option(
    help: ArgumentHelp(
      "Name and password for the server; --netrc and --header @FILE keep them out of the list of"
        + " processes.", valueName: "name:password"))
  var user: String?

  // man:
  // Take name and password for each host from
  // .Pa ~/.netrc .
  @Flag(help: "Take name and password from ~/.netrc.")
  var netrc = false

  // man:
  // Trust the certificates in
  // .Ar file ,
  // in PEM, instead of the system's.
  @Option(
    help: ArgumentHelp(
      "Trust these certificates, in PEM, instead of the system's.", valueName: "file"),
    completion: .file())
  var cacert: String?

  // man: Ar file Ns Op \&: Ns Ar password
  // The certificate of the client, in PEM, and the password of its key; a colon in
  // the name of the file is written
  // .Ql \e: .
  @Option(
    help: ArgumentHelp(
      "Certificate of the client, in PEM, and the password of its key.",
      valueName: "file[:password]"),
    completion: .file())
  var cert: String?

  // man:
  // The key of
  // .Fl -cert ,
  // where it is not in the same file.
  @Option(
    help: ArgumentHelp("Key of the client's certificate.", valueName: "file"),
    completion: .file())
  var key: String?

  // man:
  // Do not verify that the server is the one asked for.
  @Flag(help: "Do not verify the server's certificate.")
  var insecure = false

  // man:
  // Go through this proxy, of http, https, socks4, socks4a, socks5 or socks5h, instead
  // of those in the environment; with an empty
  // .Ar url ,
  // through none.
  @Option(
    help: ArgumentHelp(
      "Go through this proxy instead of the environment's; '' for none.", valueName: "url"))
  var proxy: String?

  // man:
  // The hosts, with commas between them, that no proxy is used for;
  // .Ql *
  // is all of them.
  @Option(help: ArgumentHelp("Hosts that no proxy is used for.", valueName: "list"))
  var noproxy: String?

  // man:
  // Connect to this socket, whatever the host.
  @Option(
    help: ArgumentHelp("Connect to this socket, whatever the host.", valueName: "file"),
    completion: .file())
  var unixSocket: String?

  // man:
  // Ask for answers in gzip or deflate, and decompress them.
  // Without this, a text or JSON that comes so all the same is decompressed, and any other body
  // stays as it came.
  // One that breaks off, is damaged or has something behind its end becomes an
  // .Sy http_transport .
  @Flag(help: "Ask for answers in gzip or deflate, and decompress them.")
  var compressed = false

  // man:
  // Speak HTTP/1.1.
  // Without this or the next two options HTTP/2 is spoken with a server that offers
  // it over TLS.
  @Flag(name: .customLong("http1.1"), help: "Speak HTTP/1.1.")
  var http1 = false

  // man:
  // Speak HTTP/2 where the server does, over TLS, and send all requests over one
  // connection, as far as it goes.
  // A URL of http is refused; where records or redirects lead to one, HTTP/1.1 is
  // spoken.
  // No server is asked to change to HTTP/2 on a connection that began as HTTP/1.1.
  @Flag(
    name: .customLong("http2"),
    help: "Speak HTTP/2 where the server does, over TLS, with many requests on one connection.")
  var http2 = false

  // man:
  // Speak HTTP/2 without TLS, with servers that are known to speak it there, through
  // a tunnel where there is a proxy; over TLS this is
  // .Fl -http2 .
  // With libcurl before 8.0 each request has a connection of its own.
  @Flag(
    name: .customLong("http2-prior-knowledge"),
    help: "Speak HTTP/2 without TLS, to servers that are known to speak it.")
  var http2PriorKnowledge = false

  // man: Ar host Ns \&: Ns Ar port Ns \&: Ns Ar address
  // Where this host and port are to be found, at one or more addresses with commas
  // between them.
  // It may be given again.
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Where this host and port are to be found, repeatable.", valueName: "host:port:address"))
  var resolve: [String] = []
}
