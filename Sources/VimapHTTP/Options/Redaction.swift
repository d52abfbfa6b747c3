/// Keeps secrets out of what users and logs see.
///
/// Every URL or header of a request that is shown goes through this.
package enum Redaction {
  /// The text that replaces a secret.
  package static let mark = "***"

  /// A URL without its name and password, and without the values of secret parameters in its query.
  /// It need not be a valid URL.
  package static func url(_ text: String) -> String {
    var shown = ""
    var rest = text.startIndex
    for secret in secrets(in: text) {
      shown += text[rest..<secret.lowerBound] + mark
      rest = secret.upperBound
    }
    return shown + text[rest...]
  }

  /// The ranges of secrets in a URL, in order. It need not be a valid URL.
  ///
  /// Scalars are compared, not characters: a combining mark could form one character with a
  /// delimiter.
  package static func secrets(in text: String) -> [Range<String.Index>] {
    let credentials = credentials(in: text.unicodeScalars)
    let values = secretValues(in: text.unicodeScalars, besides: credentials)
    guard let credentials, !values.contains(where: { $0.overlaps(credentials) }) else {
      return values
    }
    return (values + [credentials]).sorted { $0.lowerBound < $1.lowerBound }
  }

  /// In `?api_key=x&page=2`, the `x`.
  /// - Parameter credentials: the range of name and password. Delimiters in it do not count.
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

  /// The range of the name and password in a URL.
  private static func credentials(in text: String.UnicodeScalarView) -> Range<String.Index>? {
    let start = String(text).authorityStart ?? String(text).endOfSlippedScheme
    let rest = text[start...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    if let at = rest[..<end].lastIndex(of: "@") { return start..<at }
    // A password may have a character in it that would end host and port.
    guard let at = rest.lastIndex(of: "@"), !rest[..<end].isHostAndPort else { return nil }
    return start..<at
  }

  /// A message of libcurl's, in which URLs are in quotes.
  static func message(_ text: String) -> String {
    let parts = text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated()
      .map { $0.offset % 2 == 1 ? url(String($0.element)) : String($0.element) }
      .joined(separator: "'")
  }

  /// Whether the values of a header are secret, by the words in its name: `X-Auth-Token`,
  /// `x_auth_token`, `X-AuthToken` and `xauthtoken` are the same.
  package static func isSecret(header name: some StringProtocol) -> Bool {
    if name.lowercased() == "idempotency-key" { return false }
    let words = words(of: name)
    return words.contains { word in
      secretWords.contains(word) || word.hasSuffix("key")
        || secretStems.contains { word.contains($0) }
    }
  }

  /// The words of a name, in lower case. A word begins after a separator, or with a capital letter.
  private static func words(of name: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    let letters = Array(name)
    for (index, letter) in letters.enumerated() {
      let isMark = !letter.isLetter && !letter.isNumber
      let before = index > 0 ? letters[index - 1] : nil
      let after = index + 1 < letters.count ? letters[index + 1] : nil
      // In `CSRFToken` the T begins a word, since a small letter follows.
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

  /// A header's value in the form in which it may be shown.
  package static func value(_ value: String, ofHeader name: some StringProtocol) -> String {
    isSecret(header: name) ? mark : value
  }

  /// Words that are secret only if they are whole words.
  private static let secretWords: Set<String> = [
    "auth", "bearer", "cookie", "cookie2", "jwt", "key", "otp", "pass", "pin", "pwd", "session",
    "sid", "sig",
  ]

  /// Words that are secret even within longer words.
  private static let secretStems = [
    "apikey", "authentication", "authoriz", "authoris", "cookie", "credential", "passphrase",
    "passwd", "password", "secret", "sessionid", "signature", "token",
  ]
}

extension Substring.UnicodeScalarView {
  /// Whether the text after the last colon, if there is one, can be a port.
  fileprivate var isHostAndPort: Bool {
    guard let colon = lastIndex(of: ":"), last != "]" else { return true }
    return self[index(after: colon)...].allSatisfy { ("0"..."9").contains($0) }
  }
}

extension String {
  /// Where the host probably begins in a URL with a mistyped `://`: `http:/`, `http//`, `//`.
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
