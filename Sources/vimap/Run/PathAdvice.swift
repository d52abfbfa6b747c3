import VimapJSON

/// What to give instead of a text that is no path.
enum PathAdvice {
  /// The advice for the end of a sentence; empty if the reason says enough.
  static func text(_ error: some Error) -> String {
    guard let error = error as? JSONPathError, !error.path.isEmpty else { return "" }
    let path = corrected(error.path)
    if path == nil, error.path.hasPrefix(".") { return "" }
    return ": give a path such as \(path ?? ".id")"
  }

  /// The path that was probably meant. Other programs write it as `id`, `{.id}`, `{id}`, `$.id` or
  /// `/id`.
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
  /// Reads the path of an option.
  /// - Parameter advice: what else to do if it is no path; for the end of a sentence.
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
