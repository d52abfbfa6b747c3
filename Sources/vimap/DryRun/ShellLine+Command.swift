import VimapBytes
import VimapExec

extension ShellLine {
  /// Adds a pipeline that starts a command as its worker would, and feeds it.
  mutating func add(_ command: PlannedCommand) {
    add(printing: command.input)
    // With `env`, the command is the one in PATH, and never a shell builtin.
    add(syntax: "| env")
    for variable in command.environment { add(assignment: variable) }
    var words: [ByteView] = []
    command.arguments.forEach { words.append($0) }
    if words.first?.firstIndex(of: UInt8(ascii: "=")) != nil {
      // `env` would take a name with = in it for a variable.
      add(syntax: "sh -c 'exec \"$0\" \"$@\"'")
    }
    for word in words { add(word: word) }
  }
}
