/// Keeps secrets out of what people and logs get to see.
///
/// Whatever shows a URL or a header of a request shows it through this.
public enum Redaction {
  /// What stands in a secret's place.
  public static let mark = "***"

  /// A URL without the name and password in it, be it a good URL or not.
  public static func url(_ text: String) -> String {
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let rest = text[start...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    if let at = rest[..<end].lastIndex(of: "@") { return text[..<start] + mark + text[at...] }
    // What was meant for a password may have a character in it that ends host and port.
    guard let at = rest.lastIndex(of: "@"), !rest[..<end].isHostAndPort else { return text }
    return text[..<start] + mark + text[at...]
  }

  /// Whether the values of a header are secret, by what its name is made of.
  public static func isSecret(header name: some StringProtocol) -> Bool {
    let name = name.lowercased()
    if name == "idempotency-key" { return false }
    return name.split { $0 == "-" || $0 == "_" }.contains { secretWords.contains(String($0)) }
  }

  /// A header's value as it may be shown.
  public static func value(_ value: String, ofHeader name: some StringProtocol) -> String {
    isSecret(header: name) ? mark : value
  }

  private static let secretWords: Set<String> = [
    "apikey", "auth", "authentication", "authorization", "bearer", "cookie", "cookie2",
    "credential", "credentials", "jwt", "key", "password", "secret", "session", "signature",
    "token",
  ]
}

extension Substring {
  /// Whether what stands behind the last colon, if there is one, can be a port.
  fileprivate var isHostAndPort: Bool {
    guard let colon = lastIndex(of: ":"), last != "]" else { return true }
    return self[index(after: colon)...].allSatisfy { $0.isASCII && $0.isNumber }
  }
}
