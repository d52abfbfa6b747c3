import VimapBytes

extension HTTPConfiguration {
  /// Whether there is anything in it that nobody else is to see.
  public var holdsSecrets: Bool {
    connection.credentials != nil || connection.certificate?.password != nil
      || headers.contains(where: \.isSecret)
      || urls.contains { Redaction.credentials(in: $0.template.description) != nil }
      || connection.proxy.map { Redaction.credentials(in: $0) != nil } ?? false
  }
}
