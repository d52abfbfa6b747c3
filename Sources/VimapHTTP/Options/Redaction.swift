/// Keeps secrets out of what people and logs get to see.
///
/// Whatever shows a URL or a header of a request shows it through this.
public enum Redaction {
  /// What stands in a secret's place.
  public static let mark = "***"

  /// A URL without the name and password in it, and without values of its query whose names are
  /// those of secrets, be it a good URL or not.
  public static func url(_ text: String) -> String { withoutSecretValues(withoutUser(text)) }

  /// `?api_key=x&page=2` without the `x`.
  private static func withoutSecretValues(_ text: String) -> String {
    guard let question = text.firstIndex(of: "?") else { return text }
    let marks: Set<Character> = ["&", ";", "?", "#"]
    var shown = text[..<question]
    var rest = text[question...]
    while let mark = rest.popFirst() {
      shown.append(mark)
      let part = rest.prefix { !marks.contains($0) }
      rest = rest[part.endIndex...]
      guard let equals = part.firstIndex(of: "="), part.index(after: equals) < part.endIndex,
        isSecret(header: part[..<equals])
      else {
        shown += part
        continue
      }
      shown += part[...equals] + Redaction.mark
    }
    return String(shown)
  }

  private static func withoutUser(_ text: String) -> String {
    guard let secret = credentials(in: text) else { return text }
    return text[..<secret.lowerBound] + mark + text[secret.upperBound...]
  }

  /// Where the name and password are in a URL, be it a good URL or not.
  public static func credentials(in text: String) -> Range<String.Index>? {
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let rest = text[start...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    if let at = rest[..<end].lastIndex(of: "@") { return start..<at }
    // What was meant for a password may have a character in it that ends host and port.
    guard let at = rest.lastIndex(of: "@"), !rest[..<end].isHostAndPort else { return nil }
    return start..<at
  }

  /// A message of libcurl's, in which URLs stand between quotes.
  static func message(_ text: String) -> String {
    guard text.contains("@") || text.contains("?") else { return text }
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated()
      .map { $0.offset % 2 == 1 ? url(String($0.element)) : String($0.element) }
      .joined(separator: "'")
  }

  /// Whether the values of a header are secret, by what its name is made of: `X-Auth-Token`,
  /// `x_auth_token`, `X-AuthToken` and `xauthtoken` are the same.
  public static func isSecret(header name: some StringProtocol) -> Bool {
    if name.lowercased() == "idempotency-key" { return false }
    let words = words(of: name)
    return words.contains { word in
      secretWords.contains(word) || word.hasSuffix("key")
        || secretStems.contains { word.contains($0) }
    }
  }

  /// The words of a name, in lower case; they begin behind a mark, or with a capital letter.
  private static func words(of name: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    let letters = Array(name)
    for (index, letter) in letters.enumerated() {
      let isMark = !letter.isLetter && !letter.isNumber
      let before = index > 0 ? letters[index - 1] : nil
      let after = index + 1 < letters.count ? letters[index + 1] : nil
      // In `CSRFToken` the T begins a word, as a small letter follows.
      let isBeginning =
        letter.isUppercase && (before?.isUppercase == false || after?.isLowercase == true)
      if isMark || isBeginning, !word.isEmpty {
        words.append(word)
        word = ""
      }
      if !isMark { word += letter.lowercased() }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// A header's value as it may be shown.
  public static func value(_ value: String, ofHeader name: some StringProtocol) -> String {
    isSecret(header: name) ? mark : value
  }

  /// What is no secret as a part of a longer word.
  private static let secretWords: Set<String> = [
    "auth", "bearer", "cookie", "cookie2", "jwt", "key", "otp", "pass", "pin", "pwd", "session",
    "sid", "sig",
  ]

  /// What is one even there.
  private static let secretStems = [
    "apikey", "authentication", "authoriz", "authoris", "cookie", "credential", "passphrase",
    "passwd", "password", "secret", "sessionid", "signature", "token",
  ]
}

extension Substring {
  /// Whether what stands behind the last colon, if there is one, can be a port.
  fileprivate var isHostAndPort: Bool {
    guard let colon = lastIndex(of: ":"), last != "]" else { return true }
    return self[index(after: colon)...].allSatisfy { $0.isASCII && $0.isNumber }
  }
}
