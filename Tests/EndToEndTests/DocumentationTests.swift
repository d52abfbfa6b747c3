import Foundation
import Testing

/// Holds what people read and complete — help, man page, completions, README — to what the program
/// does.
@Suite struct DocumentationTests {
  // MARK: Options

  @Test func manPageHasTheOptionsOfTheHelp() throws {
    let found = try text("man/vimap.1").matches(of: /(?m)^\.It (Fl .*)$/)
      .flatMap { $0.1.matches(of: /Fl (\S+)/).map { "-\($0.1)" } }
    #expect(try Set(found) == options())
  }

  @Test func bashCompletesTheOptionsOfTheHelp() throws {
    let found = try text("completions/vimap.bash")
      .matches(of: /repeating_(?:flags|options)=\(([^)]*)\)/)
      .flatMap { $0.1.split(separator: " ").filter { $0.hasPrefix("-") }.map(String.init) }
    #expect(try Set(found) == options())
  }

  @Test func zshCompletesTheOptionsOfTheHelp() throws {
    let found = try text("completions/_vimap").matches(of: /(?m)^ +('[^\[\n:]+)\[/)
      .flatMap { $0.1.matches(of: /--?[\w.-]+/).map { String($0.0) } }
    #expect(try Set(found) == options())
  }

  @Test func fishCompletesTheOptionsOfTheHelp() throws {
    let script = try text("completions/vimap.fish")
    let short = script.matches(of: /\ -s '(\w)'/).map { "-\($0.1)" }
    let long = script.matches(of: /\ -l '([\w.-]+)'/).map { "--\($0.1)" }
    #expect(try Set(short + long) == options())
  }

  /// The names in `--help`, such as `-k` and `--keep-order`.
  private func options() throws -> Set<String> {
    let help = try CaseRunner.run("vimap --help").output
    let names = help.matches(of: /(?m)^  (?:(-\w), )?(--[\w.-]+)/)
      .flatMap { [$0.1, $0.2].compactMap(\.self).map(String.init) }
    #expect(names.count > 10)
    return Set(names)
  }

  // MARK: Completions

  @Test func completionsAreThoseOfTheProgram() throws {
    let script = CaseRunner.root.appendingPathComponent("scripts/completions").path
    for name in ["vimap.bash", "_vimap", "vimap.fish"] {
      let generated = try CaseRunner.run(
        "'\(script)' . \"$(command -v vimap)\" && cat \(name)"
      ).output
      #expect(
        try generated == text("completions/\(name)"),
        "completions/\(name) is out of date: run scripts/completions")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func shellCompletes(_ shell: String) throws {
    guard try CaseRunner.run("command -v \(shell)").status == 0 else { return }
    #expect(try completions(in: shell, "vimap --form") == ["--format"])
    #expect(
      try completions(in: shell, "vimap --format ") == ["array", "none", "object", "out", "pair"])
    #expect(try completions(in: shell, "vimap rec") == ["records.jsonl"])
    #expect(try completions(in: shell, "vimap -k --failed rec") == ["records.jsonl"])
    #expect(try completions(in: shell, "vimap records.jsonl --keep") == ["--keep-order"])
    #expect(try completions(in: shell, "vimap records.jsonl -- rec") == ["records.jsonl"])
    #expect(try completions(in: shell, "vimap --http1.1 --unknown rec") == ["records.jsonl"])
  }

  private func completions(in shell: String, _ line: String) throws -> [Substring] {
    let folder = CaseRunner.root.appendingPathComponent("completions").path
    let outcome = try CaseRunner.run(
      "> records.jsonl; \"$SUPPORT/complete\" \(shell) '\(folder)' '\(line)'")
    #expect(outcome.error == "")
    return outcome.output.split(separator: "\n")
  }

  // MARK: Man page

  /// Each option's part of it stands where the option is defined.
  @Test func manPageIsThatOfTheOptions() throws {
    let script = CaseRunner.root.appendingPathComponent("scripts/man-page").path
    let generated = try CaseRunner.run("'\(script)' page \"$(command -v vimap)\" && cat page")
    #expect(generated.error == "")
    #expect(
      try generated.output == text("man/vimap.1"),
      "man/vimap.1 is out of date: run scripts/man-page")
  }

  @Test func manPageIsClean() throws {
    let page = CaseRunner.root.appendingPathComponent("man/vimap.1").path
    let outcome = try CaseRunner.run(
      "! command -v mandoc > /dev/null || mandoc -T lint -W warning '\(page)'")
    #expect(outcome.output == "")
    #expect(outcome.status == 0)
  }

  @Test func versionIsTheSameEverywhere() throws {
    let version = try CaseRunner.run("vimap --version").output.trimmingCharacters(in: .newlines)
    #expect(try text("man/vimap.1").contains(".Os \(version)\n"))
    #expect(try text("README.md").contains("$ vimap --version\n\(version)\n"))
    #expect(
      try text("CHANGELOG.md").contains("## [\(version.replacing("vimap ", with: ""))]"))
  }

  // MARK: Tables

  @Test func kindsAndStatusesAreTheSameInReadmeAndManPage() throws {
    let page = try text("man/vimap.1")
    let readme = try text("README.md")
    let kinds = readme.matches(of: /(?m)^\| `(\w+)` \|/).map { String($0.1) }
    #expect(kinds == page.matches(of: /(?m)^\.It Sy (\w+)$/).map { String($0.1) })
    #expect(kinds.count > 5)

    let statuses = readme.matches(of: /(?m)^\| (\d\S*) \|/).map { String($0.1) }
    #expect(statuses == page.matches(of: /(?m)^\.It (\d\S*)$/).map { String($0.1) })
    let help = try CaseRunner.run("vimap --help").output.replacing(/\s+/, with: " ")
    for status in statuses { #expect(help.contains(" \(status) "), "--help lacks \(status)") }
  }

  // MARK: README

  @Test func readmeHasRecipes() {
    #expect(Recipe.all.count >= 5)
  }

  @Test(arguments: Recipe.all)
  func recipeWorksAsPrinted(_ recipe: Recipe) throws {
    let outcome = try CaseRunner.run(recipe.script)
    #expect(outcome.output == recipe.transcript)
    #expect(outcome.error == "")
    #expect(outcome.leftBehind == [])
  }

  /// What begins with a dash in a record would else be an option.
  @Test func recipesHaveDashesBeforeWhatIsFilledIn() throws {
    var texts = [try CaseRunner.run("vimap --help").output]
    for path in ["README.md", "man/vimap.1", "completions/_vimap", "completions/vimap.fish"] {
      texts.append(try text(path))
    }
    var count = 0
    for line in texts.joined(separator: "\n").split(separator: "\n") {
      guard let command = line.firstMatch(of: /--each.* -- (\w.*)/)?.1 else { continue }
      let words = command.split(separator: " ")
      guard let place = words.firstIndex(where: { $0.hasPrefix("{") }) else { continue }
      count += 1
      // Behind the name that a shell's text has, all is its own.
      #expect(words[..<place].contains("--") || words[place - 1] == "sh", "\(line)")
    }
    #expect(count >= 5)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: CaseRunner.root.appendingPathComponent(path), encoding: .utf8)
  }
}

/// A block of the README that is marked as `console`: commands behind `$ `, which go on behind
/// `> `, each with what it prints below it.
struct Recipe: Sendable, CustomTestStringConvertible {
  /// The block as it is printed.
  var transcript: String

  var testDescription: String { String(transcript.prefix { $0 != "\n" }) }

  /// A script whose output is the transcript: it prints each command before it runs it. In its
  /// directory are those folders of the project that recipes make use of.
  var script: String {
    var lines = ["exec 2>&1", "mkdir Tests"]
    lines += ["ln -s \"$EXAMPLES\" examples", "ln -s \"$SUPPORT\" Tests/Support"]
    for command in commands {
      lines += ["cat <<'=END='", command.joined(separator: "\n"), "=END="]
      lines += command.map { String($0.dropFirst(2)) }
    }
    return lines.joined(separator: "\n")
  }

  /// The commands' lines, prompts included.
  private var commands: [[Substring]] {
    transcript.split(separator: "\n").reduce(into: []) { commands, line in
      if line.hasPrefix("$ ") {
        commands.append([line])
      } else if line.hasPrefix("> "), let last = commands.indices.last {
        commands[last].append(line)
      }
    }
  }

  static let all: [Recipe] = {
    let readme = CaseRunner.root.appendingPathComponent("README.md")
    let text = (try? String(contentsOf: readme, encoding: .utf8)) ?? ""
    return text.matches(of: /(?ms)^```console\n(.*?)^```$/).map { Recipe(transcript: String($0.1)) }
  }()
}
