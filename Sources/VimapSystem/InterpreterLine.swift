import Glibc
import SystemPackage
import VimapBytes

/// The first line of a script. It names the interpreter and, after spaces, one argument for it
/// (execve(2)).
struct InterpreterLine {
  private let file: String
  /// The text after `#!`.
  private let text: String
  private let words: [Substring]

  /// - Parameter head: the first bytes of the file. The result is `nil` if it is no script.
  init?(of head: some Sequence<UInt8>, in file: String) {
    let line = Array(head.prefix { $0 != UInt8(ascii: "\n") })
    guard line.starts(with: Array("#!".utf8)), !line.contains(0) else { return nil }
    text = line.dropFirst(2).withUnsafeBytes { String(system: ByteView($0)) }
    words = text.split { $0 == " " || $0 == "\t" }
    self.file = file
  }

  /// Why the script cannot be run, as far as can be seen here.
  func problem(path: String?) -> ProgramProblem? {
    guard let interpreter = words.first.map(String.init) else { return nil }
    if interpreter.withSystemCString({ access($0, X_OK) }) != 0 {
      return missing(interpreter, Errno(rawValue: errno))
    }
    guard interpreter.hasSuffix("/env"), let program = Self.program(forEnv: words.dropFirst()),
      !ProgramProblem.isThere(program, path: path)
    else { return nil }
    return missing(program, .noSuchFileOrDirectory)
  }

  /// The program that env(1) is asked to run, if its arguments are simple enough to tell.
  private static func program(forEnv words: ArraySlice<Substring>) -> String? {
    // Without `-S`, env takes all its arguments as one word.
    guard let first = words.first else { return nil }
    if first == "-S" { return words.dropFirst().first.flatMap(plain) }
    return words.count == 1 ? plain(first) : nil
  }

  private static func plain(_ word: Substring) -> String? {
    let isPlain = word.utf8.allSatisfy { byte in
      byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "$")
        && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "\"") && byte != 0
    }
    return isPlain && word.first != "-" ? String(word) : nil
  }

  private func missing(_ program: String, _ code: Errno) -> ProgramProblem {
    let shown = Self.quoted(text.drop { $0 == " " })
    if text.utf8.last == UInt8(ascii: "\r") {
      return ProgramProblem(
        code, "its interpreter \(shown) is not there, for the script has CRLF line ends",
        advice: "convert it (sed -i 's/\\r$//' \(file.quotedForShell()))")
    }
    let what = words.count == 1 ? "" : ": \(Self.quoted(program[...]))"
    return ProgramProblem(
      code, "its interpreter \(shown) cannot be run\(what): \(code)",
      advice: "install that, or correct the first line of \(file)")
  }

  private static func quoted(_ text: Substring) -> String {
    String(text.prefix(200)).debugDescription
  }
}
