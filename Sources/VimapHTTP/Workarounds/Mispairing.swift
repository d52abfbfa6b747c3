/// Uses of libcurl in which one of its faults would pair answers with the wrong requests.
///
/// Nobody would notice a wrong pair. So such a use is refused with every libcurl that has the
/// fault; doing it more rarely or more carefully would not be enough.
extension HTTPConfiguration {
  /// An option that can't be used without the fault, and what to use instead; `nil` if there is
  /// none.
  ///
  /// The option is HTTP/2 without TLS, by an upgrade of the first request's connection (RFC 7540
  /// section 3.2). A header can't ask for that either (``HeaderTemplate``). Until the server has
  /// answered, the connection speaks HTTP/1.1. Meanwhile libcurl sends other requests over it
  /// (curl#11557, up to 8.2; curl#14739 is about 8.10), and servers drop the body of the request
  /// that asks. RFC 9113 no longer has this upgrade, so requests are made so that no libcurl ever
  /// asks for one.
  package var mispairing: String? {
    guard connection.version == .two, let url = urls.first(where: \.isPlain) else { return nil }
    return "--http2: '\(Redaction.url(url.template.description))' is without TLS; give"
      + " --http2-prior-knowledge if the server speaks HTTP/2 there, or leave --http2 out"
  }
}
