import VimapBytes

extension HTTPConfiguration {
  /// Whether there is anything in it that nobody else may see.
  /// - Parameter environment: where libcurl looks for proxies: entries of the form `NAME=VALUE`.
  package func holdsSecrets(environment: [String]) -> Bool {
    let urls = urls.map(\.template.description) + connection.proxies(environment: environment)
    return connection.credentials != nil || connection.certificate?.password != nil
      || headers.contains(where: \.isSecret)
      || urls.contains { !Redaction.secrets(in: $0).isEmpty }
  }
}
