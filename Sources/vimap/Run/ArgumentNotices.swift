import VimapExec

/// Notices about the arguments of a command, printed before the arguments are used.
struct ArgumentNotices {
  /// The notices, a line each.
  let texts: [String]

  /// Checks the arguments of the command, or of requests, on the command line.
  /// - Parameter jobs: how many workers there will be.
  init(_ line: TypedLine, jobs: Int) {
    let exec = line.options.exec
    if let text = exec.exec {
      texts = ArgumentCheck([text], .shell).problems.map { Self.text($0, exec.each) }
    } else {
      let manner = exec.each ? ArgumentCheck.Manner.each : .kept
      let inCommand = ArgumentCheck(line.command ?? [], manner).problems
      texts =
        inCommand.map { Self.text($0, exec.each) } + Self.ofRequests(line.options.http)
        + Self.ofServers(line.options.http.post.count, jobs)
    }
  }

  private static func text(_ problem: ArgumentCheck.Problem, _ hasEach: Bool) -> String {
    switch problem {
    case .misspelt(let form, let correction):
      "\(form.shown): left as it is: a part of the record is \(correction.shown)"
        + (hasEach ? "" : ", which only --each fills in")
    case .parallels(let form):
      "\(form.shown): left as it is, unlike GNU parallel: parts of a record are {.path}; see"
        + " Placeholders in man vimap"
    case .notFilledIn(let form):
      "\(form.shown): left as it is: only --each fills in arguments; give it before --"
    case .inShellText(let form):
      "\(form.shown): left as it is: nothing is filled into a shell's text; give"
        + " --each -- COMMAND \(form.shown), or --each -- sh -c '... \"$1\"' sh \(form.shown)"
    case .behindDollar(let form):
      "$\(form.shown): left as it is: braces behind a $ are a shell's"
    case .run(let form, let text):
      "\(form.shown): \(text.program.shown) runs what is filled in there, as a part of its program;"
        + " \(advice(text, form.shown))"
    case .takenFrom(let form, let program):
      "\(form.shown): the record is filled in there before \(program) sees it"
        + (program == "xargs" || program == "parallel" ? "; give \(program) -I %" : "")
    }
  }

  /// How to give the value to a program in such a way that it stays a value.
  private static func advice(_ text: ProgramText, _ form: String) -> String {
    let program = text.program.shown
    return switch text.language {
    case .shell: "give it behind that: \(program) -c '... \"$1\"' sh \(form)"
    case .su: "give it behind that: \(program) -c '... \"$1\"' -- USER sh \(form)"
    case .python: "give it behind that: \(program) -c '... sys.argv[1] ...' \(form)"
    case .perl: "give it behind that: \(program) -e '... $ARGV[0] ...' -- \(form)"
    case .ruby: "give it behind that: \(program) -e '... ARGV[0] ...' -- \(form)"
    case .node: "give it behind that: \(program) -e '... process.argv[1] ...' -- \(form)"
    case .php: "give it behind that: \(program) -r '... $argv[1] ...' -- \(form)"
    case .awk: "give it as a variable: \(program) -v name=\(form) '... name ...'"
    case .jq: "give it as a variable: \(program) --arg name \(form) '... $name ...'"
    case .sed, .sql, .ssh, .watch, .other:
      "have it read the record, which is on its standard input, instead"
    }
  }

  // MARK: Requests

  private static func ofRequests(_ options: HTTPOptions) -> [String] {
    let urls = options.post.lazy.compactMap { url in
      RequestBraces.first(inURL: url).map { ("--post", $0) }
    }
    let headers = options.header.lazy.filter { !$0.namesFile }.compactMap { header in
      RequestBraces.first(inHeader: header).map { ("--header", $0) }
    }
    return [urls.first, headers.first].compactMap(\.self).prefix(1).map { option, braces in
      "\(option): \(braces.text.shown): left as it is: \(braces.advice)"
    }
  }

  /// Each worker sends to one of the URLs.
  private static func ofServers(_ urls: Int, _ jobs: Int) -> [String] {
    guard urls > jobs else { return [] }
    let left = urls - jobs
    return [
      "--post: \(jobs) of \(urls) URLs \(jobs == 1 ? "has a worker" : "have workers"): the other"
        + " \(left == 1 ? "one gets" : "\(left) get") requests only where"
        + " \(jobs == 1 ? "that" : "one of those") can't be sent to; give -j \(urls), or more"
    ]
  }
}

extension String {
  fileprivate var shown: String { onOneLine(atMost: 60) }
}
