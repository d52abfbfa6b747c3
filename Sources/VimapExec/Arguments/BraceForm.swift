import VimapJSON

/// Something in braces that may have been meant as a placeholder.
package struct BraceForm: Equatable {
  /// What it may be.
  package enum Kind: Equatable, Sendable {
    /// It is one, and has a path or a name, or whatever else nothing but a placeholder has.
    case placeholder
    /// It is one, and may be something else elsewhere: `{}`, `{#}`.
    case shortPlaceholder
    /// It is one, with a `$` before it, which leaves it to a shell.
    case behindDollar
    /// It would be one if it were written like that.
    case misspelt(as: String)
    /// GNU parallel has something like it, and nobody else.
    case parallels
  }

  /// With its braces.
  package let text: String
  /// What it may be.
  package let kind: Kind

  /// All there is in a text, but what is certainly something else.
  package static func find(in text: String) -> [BraceForm] {
    // JSON has braces of its own.
    if text.hasPrefix("{\"") || text.hasPrefix("[") { return [] }
    var forms: [BraceForm] = []
    var rest = text[...]
    var before: Character?
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { before = rest[rest.index(before: open)] }
      let group = rest[open...]
      guard let close = group.firstIndex(of: "}") else { break }
      let inside = group[group.index(after: open)..<close]
      // `{{x}}` is of other templates.
      if inside.hasPrefix("{") {
        let end = group.firstRange(of: "}}")?.upperBound ?? group.endIndex
        before = "}"
        rest = group[end...]
        continue
      }
      let behind = group[group.index(after: close)...]
      if let kind = kind(inside, before: before, isWhole: group[...close] == text[...]) {
        forms.append(BraceForm(text: String(group[...close]), kind: kind))
      }
      before = "}"
      rest = behind
    }
    return forms
  }

  private static func kind(
    _ inside: Substring, before: Character?, isWhole: Bool
  ) -> Kind? {
    let isPlaceholder = !Template("{\(inside)}", .argument).isLiteral
    switch before {
    case "$": return isPlaceholder && inside.hasPathInside ? .behindDollar : nil
    case "%", "@", "\\", "#": return nil
    default: break
    }
    if isPlaceholder { return inside.hasPathInside ? .placeholder : .shortPlaceholder }
    if inside.isParallels(isWhole: isWhole) { return .parallels }
    return inside.correction.map { .misspelt(as: "{\($0)}") }
  }
}

extension Substring {
  /// Whether it is more than the few characters that other tools put in braces too.
  fileprivate var hasPathInside: Bool { contains { $0.isLetter || $0 == "[" } }

  /// What it would have to be to be a placeholder.
  fileprivate var correction: String? {
    let plain = self.trimming { $0 == " " }
    if plain.count < count {
      let isPlaceholder = !Template("{\(plain)}", .argument).isLiteral
      return isPlaceholder && plain.hasPathInside ? String(plain) : nil
    }
    let slashes = prefix { $0 == "/" }
    let path = dropFirst(slashes.count)
    guard slashes.count <= 2, path.isDotless else { return nil }
    return "\(slashes).\(path)"
  }

  private func trimming(_ isSpace: (Character) -> Bool) -> Substring {
    var rest = drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
  }

  /// `name`, `user.id`, `items[0].id`: a path but for the dot that it begins with.
  private var isDotless: Bool {
    guard let first, first.isLetter || first == "_" else { return false }
    return !Template("{.\(self)}").isLiteral
      && allSatisfy { $0.isLetter || $0.isNumber || "_-.[]".contains($0) }
  }

  /// `{1}`, `{1/.}`, `{= s/a/b/ =}`, `{+/}`.
  fileprivate func isParallels(isWhole: Bool) -> Bool {
    if count > 2, hasPrefix("="), hasSuffix("=") { return true }
    if self == "+/" || self == "+." || self == "..." { return true }
    let digits = (first == "-" ? dropFirst() : self).prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return false }
    let operation = self[digits.endIndex...]
    // `a{3}` is a regular expression's.
    return operation.isEmpty ? isWhole : ["/", "//", ".", "/."].contains(operation)
  }
}
