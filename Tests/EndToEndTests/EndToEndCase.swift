import Foundation
import Testing

/// One end-to-end case: a shell command that runs the real `vimap`, and what must come of it.
///
/// Cases are data, in `Cases/*.cases`. A case begins with its name in brackets; then come sections,
/// each a keyword with a colon and its text, on the same line or on the lines below it:
///
///     [one record]
///     run: echo 1 | vimap -- cat
///     out: {"in":1,"out":1,"type":"output"}
///     status: 0
///
/// - `run`: the command, for `/bin/sh`, in an empty directory of its own. `vimap` is on its PATH,
///   and `$SUPPORT` is the folder of hostile workers and servers.
/// - `out`: standard output, to the letter; `sorted` the same with its lines sorted; `has` and
///   `lacks` are texts that must and must not stand in it, one a line.
/// - `err`: texts that must stand in standard error, one a line. Without it, there must be none.
/// - `status`: the exit status, 0 where it is left out.
/// - A line that begins with `#` is a comment.
///
/// What cannot be made on every machine, such as a namespace, may be missing: the command then prints
/// what is expected and writes to the file `left-out` why it could not do what it is about.
/// `scripts/test` lists such cases; with `VIMAP_LEAVE_OUT=no` in the environment they fail.
struct EndToEndCase: Sendable, CustomTestStringConvertible {
  var file: String
  var name: String
  var sections: [String: String] = [:]

  var testDescription: String { "\(file): \(name)" }

  subscript(section: String) -> String? { sections[section] }

  func lines(_ section: String) -> [String] {
    (sections[section] ?? "").split(separator: "\n").map(String.init)
  }

  var status: Int32 { sections["status"].flatMap(Int32.init) ?? 0 }

  static let keywords: Set<String> = [
    "run", "out", "sorted", "has", "lacks", "err", "status",
  ]

  /// Every case there is.
  static let all: [EndToEndCase] = {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Cases")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".cases") }.sorted().flatMap { file in
      let text = try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      return parse(text ?? "", file: String(file.dropLast(".cases".count)))
    }
  }()

  /// Those that are run: with `VIMAP_CASES='usage http*'` in the environment, those of the files
  /// whose names match one of these patterns; and without those that `VIMAP_CASES_WITHOUT` names.
  static let chosen: [EndToEndCase] = {
    let environment = ProcessInfo.processInfo.environment
    return (environment["VIMAP_CASES"].map(chosen(by:)) ?? all)
      .filter { !without.contains($0.testDescription) }
  }()

  /// What a build of another kind, such as one for a sanitizer, cannot do: `FILE: NAME`, one a line.
  static let without: Set<String> = {
    let lines = ProcessInfo.processInfo.environment["VIMAP_CASES_WITHOUT"] ?? ""
    return Set(lines.split(separator: "\n").map(String.init))
  }()

  /// Those of the files whose names match one of some patterns, with spaces between them.
  static func chosen(by patterns: String) -> [EndToEndCase] {
    let patterns = patterns.split(separator: " ").map(String.init)
    return all.filter { expected in patterns.contains { fnmatch($0, expected.file, 0) == 0 } }
  }

  static func parse(_ text: String, file: String) -> [EndToEndCase] {
    var cases: [EndToEndCase] = []
    var section: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { continue }
      // Results can be in brackets too; a name follows an empty line, which ends every section.
      if section == nil, line.hasPrefix("["), line.hasSuffix("]") {
        cases.append(EndToEndCase(file: file, name: String(line.dropFirst().dropLast())))
        section = nil
        continue
      }
      guard let last = cases.indices.last else { continue }
      if let colon = line.firstIndex(of: ":"), keywords.contains(String(line[..<colon])) {
        let keyword = String(line[..<colon])
        let rest = line[line.index(after: colon)...].drop { $0 == " " }
        section = keyword
        cases[last].sections[keyword] = rest.isEmpty ? "" : String(rest) + "\n"
      } else if let section, !line.isEmpty {
        cases[last].sections[section, default: ""] += String(line) + "\n"
      } else if line.isEmpty {
        section = nil
      }
    }
    for index in cases.indices {
      let status = cases[index].sections["status"]
      cases[index].sections["status"] = status?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return cases
  }
}
