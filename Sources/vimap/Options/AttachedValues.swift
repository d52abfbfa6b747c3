/// Takes apart words such as `-j4`, `-XPOST` and `-kofile`: a short option with its value behind
/// it, and maybe flags before it.
///
/// Argument parsing can do so only where no `=` is in the value, as it is in `-H'Cookie: a=b'`.
enum AttachedValues {
  static let flags: Set<Unicode.Scalar> = ["k", "R", "0", "v", "q"]
  static let options: Set<Unicode.Scalar> = ["j", "o", "X", "H"]
  /// Those of the long options that could be such words behind a single dash.
  static let longOptions: Set<String> = ["jobs", "on-desync", "output", "outputs"]
  /// What is followed by a value even where that begins with a dash.
  private static let unconditional: Set<String> = [
    "-j", "--jobs", "-H", "--header", "--ready", "--end-mark", "--feed",
  ]

  /// Words before `--`, of which those that are several are so many.
  static func split(_ words: some Sequence<String>) -> [String] {
    var result: [String] = []
    var isValue = false
    for word in words {
      result += isValue ? [word] : split(word)
      isValue = !isValue && unconditional.contains(word)
    }
    return result
  }

  private static func split(_ word: String) -> [String] {
    // Not by characters: a mark behind a letter would be one with it.
    let scalars = word.unicodeScalars
    guard scalars.first == "-" else { return [word] }
    let letters = scalars.dropFirst()
    guard let place = letters.firstIndex(where: { !flags.contains($0) }),
      options.contains(letters[place])
    else { return [word] }
    let value = letters[letters.index(after: place)...]
    // `-o=file` is known to argument parsing, and `-output` was meant for a long option.
    if value.isEmpty || value.first == "=" || longOptions.contains(String(letters)) {
      return [word]
    }
    let before = String(letters[..<place])
    return (before.isEmpty ? [] : ["-\(before)"]) + ["-\(letters[place])", String(value)]
  }
}
