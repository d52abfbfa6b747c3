import VimapBytes
import VimapExec
import VimapHTTP

/// The command line that goes on with a job, for a shell, without secrets.
struct ResumeCommand {
  /// The words of the command line, without secrets.
  let words: [String]

  /// - Parameter arguments: as they were typed, without the program's name.
  init(_ arguments: some Sequence<String>) {
    var words = ["vimap"]
    var isSecret = false
    var isOurs = true
    for word in arguments {
      if word == "--" { isOurs = false }
      words.append(isOurs ? Self.shown(word, isSecret: isSecret) : word)
      isSecret = word == "--user"
    }
    self.words = words
  }

  private static func shown(_ word: String, isSecret: Bool) -> String {
    if isSecret { return Redaction.mark }
    if word.hasPrefix("--user=") { return "--user=\(Redaction.mark)" }
    let scalars = word.unicodeScalars
    if let colon = scalars.firstIndex(of: ":"), colon != scalars.startIndex,
      case let name = String(scalars[..<colon]),
      Redaction.isSecret(header: name.drop { $0 == "-" || $0 == "=" })
    {
      return "\(name): \(Redaction.mark)"
    }
    return word.contains("://") ? Redaction.url(word) : word
  }

  /// With the option that goes on.
  var text: String {
    var line = ShellLine()
    var hasOption = false
    func addOption() {
      if !hasOption { line.add(syntax: "--resume") }
      hasOption = true
    }
    for word in words {
      if word == "--resume" { hasOption = true }
      if word == "--" { addOption() }
      line.add(word: word)
    }
    addOption()
    return line.bytes.text
  }
}
