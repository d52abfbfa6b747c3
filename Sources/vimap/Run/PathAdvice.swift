import VimapJSON

/// What to give instead of a text that is no path.
enum PathAdvice {
  /// For the end of a sentence; empty where the reason says it all.
  static func text(_ error: some Error) -> String {
    guard let error = error as? JSONPathError, !error.path.isEmpty else { return "" }
    let path = corrected(error.path)
    if path == nil, error.path.hasPrefix(".") { return "" }
    return ": give a path such as \(path ?? ".id")"
  }

  /// The path that was meant: `id`, `{.id}`, `{id}`, `$.id` and `/id` are those of others.
  private static func corrected(_ text: String) -> String? {
    var name = text[...]
    if name.hasPrefix("{"), name.hasSuffix("}") { name = name.dropFirst().dropLast() }
    name = name.drop { $0 == "$" || $0 == "+" }
    let isPath = name.allSatisfy { $0.isLetter || $0.isNumber || "_.[]-".contains($0) }
    guard isPath, name.count <= 60 else { return nil }
    let path = name.hasPrefix(".") ? String(name) : ".\(name)"
    return (try? JSONPath(path)).map(\.description)
  }
}

extension JSONPath {
  /// Reads a path that an option has.
  /// - Parameter advice: what else to do where it is none; for the end of a sentence.
  init(_ text: String, of option: String, _ advice: String = "") throws {
    do {
      try self.init(text)
    } catch {
      throw Refusal(
        .usage,
        "\(option): path '\(text.onOneLine(atMost: 60))': \(error.reason) at byte"
          + " \(error.position + 1)\(PathAdvice.text(error))\(advice)")
    }
  }
}
