import VimapExec
import VimapSystem

/// Finds the command on a command line that lacks the `--` before it.
///
/// `vimap in.jsonl jq -c .x` means what `vimap in.jsonl -- jq -c .x` does to whoever types it, and
/// to us that `jq` is a file and `-c` an option.
enum ForgottenDashes {
  /// What to do about it, where that seems to be the matter.
  static func advice(_ arguments: ArraySlice<String>) -> String? {
    guard !arguments.contains("--") else { return nil }
    for place in arguments.indices where !arguments[place].hasPrefix("-") {
      let (word, before) = (arguments[place], arguments[..<place])
      if isCommand(word), isComplete(before) {
        return "if \(word) is the command, put -- before it"
          + example(before, ["--"] + arguments[place...])
      }
      if isShellCommand(word), before.contains("--each"), word.contains("{"), isComplete(before) {
        return "give the words of the command one by one behind --, so that each field has an"
          + " argument of its own"
      }
      if isShellCommand(word), isComplete(before) {
        return "if '\(word)' is the command, give it to --exec"
          + example(before, ["--exec"] + arguments[place...])
      }
    }
    return nil
  }

  /// Whether what follows is no option's value.
  private static func isComplete(_ arguments: ArraySlice<String>) -> Bool {
    (try? VimapCommand.read(arguments)) != nil
  }

  private static func isCommand(_ word: String) -> Bool {
    guard !word.isEmpty, word.hasSlash || Descriptor.regularFile(word) == nil else {
      return false
    }
    return ProgramProblem.of(word, path: SearchPath.value, looksInside: false) == nil
  }

  /// Whether it is a command with its arguments in one word.
  private static func isShellCommand(_ word: String) -> Bool {
    let words = word.split(separator: " ")
    return words.count > 1 && Descriptor.regularFile(word) == nil && isCommand(String(words[0]))
  }

  /// The command line as it should be; nothing where it is long, or may have a secret in it: a
  /// header, a password or a URL.
  private static func example(
    _ before: ArraySlice<String>, _ rest: ArraySlice<String>
  ) -> String {
    if (before + rest).contains(where: { $0.contains(where: { ":=@".contains($0) }) }) { return "" }
    var line = ShellLine()
    for word in ["vimap"] + before + rest { line.add(word: word) }
    let text = line.bytes.text
    return text.utf8.count > 160 || text.contains("\n") ? "" : ": \(text)"
  }
}
