import VimapHTTP

/// A command line: the options and files, and, behind `--`, the command with its arguments, of
/// which nothing is ours to read.
struct TypedLine {
  let options: VimapCommand
  /// `nil` where there is no `--`.
  let command: [String]?
  /// All of it, as it was typed.
  let arguments: ArraySlice<String>
  private let given: GivenOptions

  init(_ arguments: ArraySlice<String>) throws {
    self.arguments = arguments
    let terminator = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let words = AttachedValues.split(arguments[..<terminator])
    options = try VimapCommand.parse(words)
    given = GivenOptions(words)
    command = terminator < arguments.endIndex ? Array(arguments[(terminator + 1)...]) : nil
  }

  /// Refuses what chooses no worker or several, and options that don't go together.
  func check() throws {
    if let advice = UnquotedHeader.advice(arguments) { throw Refusal(.usage, advice) }
    try checkWorker()
    for rule in VimapCommand.rules {
      if let complaint = rule.complaint(about: given) { throw Refusal(.usage, complaint) }
    }
  }

  private func checkWorker() throws {
    if command?.isEmpty == true { throw Refusal(.usage, "--: a command must follow") }
    if command?.first?.isEmpty == true {
      throw Refusal(.usage, "--: the command's name is empty: give the name of a program")
    }
    let chosen =
      (command == nil ? [] : ["COMMAND"]) + ["--exec", "--post"].filter(given.contains)
    guard chosen.count == 1 else {
      throw Refusal(
        .usage,
        chosen.isEmpty
          ? adviceOnWorker : "\(chosen.joined(separator: " and ")): give one worker only")
    }
  }

  private var adviceOnWorker: String {
    if let url = options.file.first(where: \.looksLikeURL) {
      let word = Redaction.url(url).quotedForShell(atMost: 200)
      return "no worker: for a URL, give --post: --post \(word)"
    }
    if let advice = ForgottenDashes.advice(arguments) { return "no worker: \(advice)" }
    return options.exec.each
      ? "--each: no command: give one behind --, or --exec"
      : "no worker: give a command behind --, or --exec, or --post; see vimap --help"
  }
}
