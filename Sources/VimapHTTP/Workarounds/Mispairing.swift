/// What would have answers paired with requests that they are not the answers to, by a fault of
/// libcurl's.
///
/// Of a wrong pair nobody ever hears. So what may make one is not done more rarely or more
/// carefully: with a libcurl that has the fault, it is refused.
extension HTTPConfiguration {
  /// What is asked for that can't be done without it, and what to do instead; `nil` where nothing
  /// is.
  ///
  /// That is HTTP/2 without TLS by an upgrade of the first request's connection (RFC 7540 section
  /// 3.2), which a header can't ask for either (``HeaderTemplate``).
  /// Until the server has agreed, or has not, the connection is one of HTTP/1.1; libcurl sends
  /// other requests over it meanwhile (curl#11557, up to 8.2; curl#14739 is of 8.10), and servers
  /// drop the body of the one that asks. RFC 9113 has no upgrade any more, and so there is none
  /// here with any libcurl: requests are never made so that libcurl asks for one.
  package var mispairing: String? {
    guard connection.version == .two, let url = urls.first(where: \.isPlain) else { return nil }
    return "--http2: '\(Redaction.url(url.template.description))' is without TLS; give"
      + " --http2-prior-knowledge if the server speaks HTTP/2 there, or leave --http2 out"
  }
}
