/// A command line: the options and files, and, behind `--`, the command with its arguments, of
/// which nothing is ours to read.
struct TypedLine {
  let options: VimapCommand
  /// `nil` where there is no `--`.
  let command: [String]?
  /// All of it, as it was typed.
  let arguments: ArraySlice<String>

  init(_ arguments: ArraySlice<String>) throws {
    self.arguments = arguments
    let terminator = arguments.firstIndex(of: "--") ?? arguments.endIndex
    options = try VimapCommand.read(arguments[..<terminator])
    command = terminator < arguments.endIndex ? Array(arguments[(terminator + 1)...]) : nil
  }
}
