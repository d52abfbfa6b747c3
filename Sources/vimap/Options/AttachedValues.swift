/// Takes apart words such as `-j4`, `-XPOST` and `-kofile`: a short option with its value behind
/// it, and maybe flags before it.
///
/// Argument parsing can do so only where no `=` is in the value, as it is in `-H'Cookie: a=b'`.
enum AttachedValues {
  /// The flags and the options that have a letter, by their long names.
  static let flags: [Unicode.Scalar: String] = [
    "k": "--keep-order", "R": "--raw-input", "0": "--null", "v": "--verbose", "q": "--quiet",
  ]
  static let options: [Unicode.Scalar: String] = [
    "j": "--jobs", "o": "--output", "X": "--request", "H": "--header",
  ]
  /// Those of the long options that could be such words behind a single dash.
  static let longOptions: Set<String> = [
    "job-version", "jobs", "on-desync", "output", "outputs",
  ]
  /// What is followed by a value even where that begins with a dash.
  static let unconditional: Set<String> = [
    "-j", "--jobs", "-H", "--header", "--ready", "--end-mark", "--feed",
  ]

  /// Words before `--`, of which those that are several are so many.
  static func split(_ words: some Sequence<String>) -> [String] {
    var result: [String] = []
    var isValue = false
    for word in words {
      if isValue {
        result.append(word)
        isValue = false
        continue
      }
      let (options, value) = takenApart(word)
      result += options
      if let value { result.append(value) }
      isValue = value == nil && options.last.map(unconditional.contains) == true
    }
    return result
  }

  private static func takenApart(_ word: String) -> (options: [String], value: String?) {
    // Not by characters: a mark behind a letter would be one with it.
    let scalars = word.unicodeScalars
    guard scalars.first == "-" else { return ([word], nil) }
    let letters = scalars.dropFirst()
    guard let place = letters.firstIndex(where: { flags[$0] == nil }),
      options[letters[place]] != nil
    else { return ([word], nil) }
    let value = letters[letters.index(after: place)...]
    // `-o=file` is known to argument parsing, and `-output` was meant for a long option.
    if value.first == "=" || longOptions.contains(String(letters)) { return ([word], nil) }
    let before = String(letters[..<place])
    return (
      (before.isEmpty ? [] : ["-\(before)"]) + ["-\(letters[place])"],
      value.isEmpty ? nil : String(value)
    )
  }
}
