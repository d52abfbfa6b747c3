/// Takes apart words such as `-j4`, `-XPOST` and `-kofile`: a short option with its value behind
/// it, and maybe flags before it.
///
/// Argument parsing can do so only where no `=` is in the value, as it is in `-H'Cookie: a=b'`.
enum AttachedValues {
  private static let flags: Set<Character> = ["k", "R", "0", "v", "q"]
  private static let options: Set<Character> = ["j", "o", "X", "H"]
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
    guard word.hasPrefix("-"), !word.hasPrefix("--") else { return [word] }
    let letters = word.dropFirst()
    guard let place = letters.firstIndex(where: { !flags.contains($0) }),
      options.contains(letters[place])
    else { return [word] }
    let value = letters[letters.index(after: place)...]
    // `-o=file` is known to argument parsing, and `-output` was meant for a long option.
    if value.isEmpty || value.hasPrefix("=") || isLongOption(letters) { return [word] }
    let before = letters[..<place]
    return (before.isEmpty ? [] : ["-\(before)"]) + ["-\(letters[place])", String(value)]
  }

  private static func isLongOption(_ name: Substring) -> Bool {
    name.allSatisfy { $0.isLetter || $0 == "-" } && VimapCommand.knows("--\(name)")
  }
}
