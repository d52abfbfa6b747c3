import VimapBytes
import VimapExec
import VimapHTTP
import VimapJSON
import VimapSystem

extension VimapExec.ExecConfiguration {
  /// Refuses a command that is not in PATH, before any file is made or emptied for it.
  ///
  /// Any other reason why it can't run shows when it is started.
  func checkProgram() throws {
    guard let program = arguments.first else { return }
    if program.looksLikeURL, Descriptor.regularFile(program) == nil {
      throw Refusal(
        .noWorker,
        "no worker can be started: for a URL, give --post instead of --:"
          + " --post \(Redaction.url(program).quotedForShell(atMost: 200))")
    }
    guard !program.hasSlash else { return }
    let path = SearchPath.value
    let template = Template(program, .argument)
    if fillsArguments, !template.isLiteral {
      let words = template.literalPrefix.split(separator: " ")
      guard template.literalPrefix.contains(" "), let first = words.first.map(String.init),
        ProgramProblem.of(first, path: path, looksInside: false) == nil
      else { return }
      throw Refusal(
        .noWorker,
        "no worker can be started: '\(program)' is no program: give its words one by one")
    }
    let problem = ProgramProblem.of(program, path: path, looksInside: false)
    guard let problem, problem.code == .noSuchFileOrDirectory else { return }
    var message = "no worker can be started: \(program): \(problem.text) in PATH"
    message += path.map { " (\($0.count > 300 ? $0.prefix(300) + "..." : $0[...]))" } ?? ""
    if let advice = Self.advice(program, path) { message += "; \(advice)" }
    throw Refusal(.noWorker, message)
  }

  private static func advice(_ program: String, _ path: String?) -> String? {
    if Descriptor.regularFile(program) != nil {
      return "for the file here, give \("./\(program)".quotedForShell(atMost: 200))"
    }
    let words = program.split(separator: " ")
    guard words.count > 1,
      ProgramProblem.of(String(words[0]), path: path, looksInside: false) == nil
    else { return nil }
    return "give its words one by one, or all of it to --exec"
  }
}

extension String {
  /// Whether the text begins like a URL that requests can be sent to.
  var looksLikeURL: Bool {
    let start = prefix(8).lowercased()
    return start.hasPrefix("http://") || start == "https://"
  }
}
