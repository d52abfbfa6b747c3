import ArgumentParser

/// What is wrong with a command line, in argument parsing's words, and what to do about it.
struct Mistake {
  let text: String

  init(_ error: any Error, in arguments: ArraySlice<String>) {
    let reason = Self.reason(error)
    let advice =
      ForgottenDashes.advice(arguments) ?? Self.expectation(reason)
      ?? Self.longOption(reason, arguments) ?? Self.unquotedCommand(reason, arguments)
      ?? Self.foreignOption(reason)
    if let advice {
      // An option of ours that is near would not help.
      let start = reason.firstRange(of: ". Did you mean")?.lowerBound ?? reason.endIndex
      text = "\(reason[..<start]): \(advice)"
    } else {
      text = reason.hasSuffix("?") ? reason : "\(reason); see vimap --help"
    }
  }

  private static func reason(_ error: any Error) -> String {
    var text = VimapCommand.message(for: error).split(separator: "\n").joined(separator: " ")
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// What a value should have been, by what the help calls it.
  private static func expectation(_ reason: String) -> String? {
    guard reason.hasPrefix("The value "), reason.hasSuffix(">'"),
      let start = reason.lastIndex(of: "<")
    else { return nil }
    return expectations[String(reason[reason.index(after: start)...].dropLast(2))]
  }

  private static let expectations = [
    "size": "give a number of bytes, such as 4096, 64K, 16M or 1G",
    "time": "give a time, such as 500ms, 30s, 5m or 2h; a bare number is in seconds",
    "name=value": "give NAME=VALUE, with a name of letters, digits and _",
    "n": "give a whole number",
    "n|auto": "give a whole number, or auto",
  ]

  /// A long option behind a single dash, which is read as a row of short ones.
  private static func longOption(_ reason: String, _ arguments: ArraySlice<String>) -> String? {
    guard reason.hasPrefix("Unknown option '-"), !reason.hasPrefix("Unknown option '--") else {
      return nil
    }
    for word in arguments.prefix(while: { $0 != "--" })
    where word.hasPrefix("-") && !word.hasPrefix("--") && word.utf8.count > 2 {
      if VimapCommand.knows("-\(word)") { return "did you mean '-\(word)'?" }
    }
    return nil
  }

  /// What an option of curl, xargs or parallel is here.
  private static func foreignOption(_ reason: String) -> String? {
    guard reason.hasPrefix("Unknown option '") else { return nil }
    let name = reason.dropFirst("Unknown option '".count).prefix { $0 != "'" }
    if let advice = ForeignOptions.advice(on: String(name)) { return advice }
    // `-P4`, `-n1`
    return name.hasPrefix("--") ? nil : ForeignOptions.advice(on: String(name.prefix(2)))
  }

  /// An option of the command that is given to `--exec`, and not as a part of it.
  private static func unquotedCommand(
    _ reason: String, _ arguments: ArraySlice<String>
  ) -> String? {
    guard reason.hasPrefix("Unknown option"), !arguments.contains("--"),
      let place = arguments.firstIndex(of: "--exec"), place + 2 < arguments.endIndex
    else { return nil }
    return "if it is the command's, put the whole command behind --exec in quotes"
  }
}
