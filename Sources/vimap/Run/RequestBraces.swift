import VimapHTTP
import VimapJSON

/// Braces in a URL or a header that look like a placeholder, but are not filled in.
struct RequestBraces {
  /// The text, with its braces.
  let text: String
  /// What to do about it.
  let advice: String

  /// The first one in a URL. A URL has no braces of its own.
  static func first(inURL url: String) -> RequestBraces? { first(in: url, isURL: true) }

  /// The first one in a header. A header's value may be JSON or anything else with braces.
  static func first(inHeader header: String) -> RequestBraces? { first(in: header, isURL: false) }

  private static func first(in text: String, isURL: Bool) -> RequestBraces? {
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      let group = rest[open...]
      let depth = group.prefix { $0 == "{" }.count
      guard let close = group.firstIndex(of: "}") else {
        return unclosed(group, isURL: isURL)
      }
      let end = group[close...].endOfPrefix(depth, while: { $0 == "}" })
      let whole = group[..<end]
      if depth > 1 || Template(String(whole)).isLiteral,
        let found = RequestBraces(whole, depth: depth, isURL: isURL)
      {
        return found
      }
      rest = group[end...]
    }
    return nil
  }

  private init(text: Substring, advice: String) {
    self.text = String(text)
    self.advice = advice
  }

  private static func unclosed(_ group: Substring, isURL: Bool) -> RequestBraces? {
    let path = group.dropFirst().prefix { !"/?&=# ".contains($0) }
    guard isPlaceholder(path), !path.isEmpty else { return nil }
    return RequestBraces(
      text: "{\(path)", advice: "it lacks its end: {\(path)}")
  }

  private init?(_ whole: Substring, depth: Int, isURL: Bool) {
    let inside = whole.dropFirst(depth).prefix { $0 != "}" }
    let content = inside.trimmingSpace()[...]
    if content == "+" {
      self.init(
        text: whole, advice: "the record, its /?&= kept as they are, is {+.}")
      return
    }
    guard let path = Self.path(content) else {
      // A query may contain JSON.
      guard isURL, !inside.contains("\"") else { return nil }
      self.init(
        text: whole,
        advice: "a part of the record is {.path}, and braces of a URL's own are"
          + " written %7B and %7D")
      return
    }
    self.init(text: whole, advice: "a part of the record is {\(path)}")
  }

  /// The placeholder that was probably meant, without its braces.
  private static func path(_ content: Substring) -> String? {
    let sign = content.hasPrefix("+") ? "+" : ""
    // In arguments of --each, `{/.path}` and the like are parts of a file's name.
    let name = content.dropFirst(sign.count).drop { $0 == "/" || $0 == "." || $0 == "$" }
    if name.isEmpty || name.contains(where: { "\":,{ ".contains($0) }) { return nil }
    if isPlaceholder(content) { return String(content) }
    let path = "\(sign).\(name)"
    return isPlaceholder(path[...]) ? path : nil
  }

  private static func isPlaceholder(_ content: Substring) -> Bool {
    !Template("{\(content)}").isLiteral
  }
}

extension Substring {
  /// The end of the characters at the beginning of the text for which `belongs` holds; at most
  /// `most` of them.
  fileprivate func endOfPrefix(_ most: Int, while belongs: (Character) -> Bool) -> Index {
    var place = startIndex
    var count = 0
    while place < endIndex, count < most, belongs(self[place]) {
      place = index(after: place)
      count += 1
    }
    return place
  }
}
