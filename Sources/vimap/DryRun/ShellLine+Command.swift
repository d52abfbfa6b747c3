import VimapBytes
import VimapExec

extension ShellLine {
  /// Adds what starts a command as its worker would, and feeds it.
  mutating func add(_ command: PlannedCommand) {
    add(printing: command.input)
    // `env` sees to it that the command is the one in PATH, and never one of the shell's own.
    add(syntax: "| env")
    for variable in command.environment { add(assignment: variable) }
    var words: [ByteView] = []
    command.arguments.forEach { words.append($0) }
    if words.first?.firstIndex(of: UInt8(ascii: "=")) != nil {
      // It would be a variable to `env`.
      add(syntax: "sh -c 'exec \"$0\" \"$@\"'")
    }
    for word in words { add(word: word) }
  }
}
