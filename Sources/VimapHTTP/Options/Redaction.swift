/// Keeps secrets out of what people and logs get to see.
///
/// Whatever shows a URL or a header of a request shows it through this.
package enum Redaction {
  /// What stands in a secret's place.
  package static let mark = "***"

  /// A URL without the name and password in it, and without values of its query whose names are
  /// those of secrets, be it a good URL or not.
  package static func url(_ text: String) -> String {
    var shown = ""
    var rest = text.startIndex
    for secret in secrets(in: text) {
      shown += text[rest..<secret.lowerBound] + mark
      rest = secret.upperBound
    }
    return shown + text[rest...]
  }

  /// Where in a URL is what nobody is to see, from its start to its end, be it a good URL or not.
  ///
  /// It is not looked at by characters, of which one may be a mark of the URL with a mark of some
  /// language on it.
  package static func secrets(in text: String) -> [Range<String.Index>] {
    let credentials = credentials(in: text.unicodeScalars)
    let values = secretValues(in: text.unicodeScalars, besides: credentials)
    guard let credentials, !values.contains(where: { $0.overlaps(credentials) }) else {
      return values
    }
    return (values + [credentials]).sorted { $0.lowerBound < $1.lowerBound }
  }

  /// In `?api_key=x&page=2`, the `x`.
  /// - Parameter credentials: the name and password. What is in them ends no value and begins none.
  private static func secretValues(
    in text: String.UnicodeScalarView, besides credentials: Range<String.Index>?
  ) -> [Range<String.Index>] {
    func place(of marks: Set<Unicode.Scalar>, in range: Range<String.Index>) -> String.Index? {
      text[range].indices.first { marks.contains(text[$0]) && credentials?.contains($0) != true }
    }
    var secrets: [Range<String.Index>] = []
    var mark = place(of: ["?"], in: text.startIndex..<text.endIndex)
    while let before = mark {
      let start = text.index(after: before)
      mark = place(of: ["&", ";", "?", "#"], in: start..<text.endIndex)
      let part = start..<(mark ?? text.endIndex)
      guard let equals = place(of: ["="], in: part) else { continue }
      let value = text.index(after: equals)..<part.upperBound
      if !value.isEmpty, isSecret(header: String(text[start..<equals])) { secrets.append(value) }
    }
    return secrets
  }

  /// Where the name and password are in a URL.
  private static func credentials(in text: String.UnicodeScalarView) -> Range<String.Index>? {
    let start = String(text).authorityStart ?? String(text).endOfSlippedScheme
    let rest = text[start...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    if let at = rest[..<end].lastIndex(of: "@") { return start..<at }
    // What was meant for a password may have a character in it that ends host and port.
    guard let at = rest.lastIndex(of: "@"), !rest[..<end].isHostAndPort else { return nil }
    return start..<at
  }

  /// A message of libcurl's, in which URLs stand between quotes.
  static func message(_ text: String) -> String {
    let parts = text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated()
      .map { $0.offset % 2 == 1 ? url(String($0.element)) : String($0.element) }
      .joined(separator: "'")
  }

  /// Whether the values of a header are secret, by what its name is made of: `X-Auth-Token`,
  /// `x_auth_token`, `X-AuthToken` and `xauthtoken` are the same.
  package static func isSecret(header name: some StringProtocol) -> Bool {
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
  package static func value(_ value: String, ofHeader name: some StringProtocol) -> String {
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

extension Substring.UnicodeScalarView {
  /// Whether what stands behind the last colon, if there is one, can be a port.
  fileprivate var isHostAndPort: Bool {
    guard let colon = lastIndex(of: ":"), last != "]" else { return true }
    return self[index(after: colon)...].allSatisfy { ("0"..."9").contains($0) }
  }
}

extension String {
  /// Where the host is meant to begin in a URL whose `://` was not quite typed: `http:/`, `http//`,
  /// `//`.
  fileprivate var endOfSlippedScheme: Index {
    var rest = self[...]
    for scheme in ["https", "http"] where rest.lowercased().hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count)
      break
    }
    if rest.hasPrefix(":") { rest = rest.dropFirst() }
    guard rest.hasPrefix("/") else { return startIndex }
    return rest.drop { $0 == "/" }.startIndex
  }
}
