/// Which options were given, by their long names, and with which values.
struct GivenOptions {
  /// The last value of each; of a flag it says nothing.
  private let values: [String: String]

  /// - Parameter words: as `AttachedValues` left them, and of which argument parsing made sense.
  init(_ words: [String]) {
    var values: [String: String] = [:]
    var words = words[...]
    while let word = words.popFirst() {
      guard word.utf8.first == UInt8(ascii: "-"), word != "-" else { continue }
      // Not by characters: a mark behind the = would be one with it.
      let scalars = word.unicodeScalars
      let name = scalars.prefix { $0 != "=" }
      let isAttached = name.endIndex < scalars.endIndex
      let value = isAttached ? String(scalars[name.endIndex...].dropFirst()) : words.first ?? ""
      for option in Self.longNames(name) { values[option] = value }
      // Other values begin with no dash.
      if !isAttached, AttachedValues.unconditional.contains(word) { _ = words.popFirst() }
    }
    self.values = values
  }

  /// Of a long option itself, of letters behind a dash those that they stand for.
  private static func longNames(_ word: Substring.UnicodeScalarView) -> [String] {
    let letters = word.dropFirst()
    if letters.first == "-" { return [String(word)] }
    return letters.compactMap { AttachedValues.flags[$0] ?? AttachedValues.options[$0] }
  }

  /// Whether an option was given, such as `--retry`, or with a certain value, as `--outputs many`.
  func contains(_ option: String) -> Bool {
    let parts = option.split(separator: " ", maxSplits: 1)
    guard let name = parts.first, let value = values[String(name)] else { return false }
    return parts.count == 1 || value == parts[1]
  }
}
