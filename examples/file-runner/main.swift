// Maps files in worker processes: counts the lines and words of each, and finds the word that is
// there most often. Prints a line of JSON for each file, in the order of the names.
//
//   swift run --package-path examples file-runner [-j JOBS] NAME-OR-PATTERN...
//   swift run --package-path examples file-runner 'Sources/*/*.swift'
//
// Only names travel to the workers, which read the files themselves. How far it has come is told on
// standard error, and so is every file that cannot be read; the exit status is then 1.

import Foundation
import VimapKit

struct Summary: Codable {
  var lines = 0
  var words = 0
  var mostFrequent: String?
}

/// Why a file cannot be read, in few words.
struct Unreadable: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) {
    let reason = (error as? CocoaError)?.underlying as? POSIXError
    description =
      reason.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
  }
}

/// Runs in a worker. What it throws stands beside the name, and the worker goes on.
func summarize(_ name: String) throws -> Summary {
  let text: String
  do {
    text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: name)), as: UTF8.self)
  } catch {
    throw Unreadable(error)
  }
  var summary = Summary()
  var counts: [Substring: Int] = [:]
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    summary.lines += 1
    for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      summary.words += 1
      counts[word, default: 0] += 1
    }
  }
  // What follows the last line break is a line only if there is something.
  if text.isEmpty || text.hasSuffix("\n") { summary.lines -= 1 }
  // Of words that are there equally often, the first in the dictionary.
  summary.mostFrequent = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map {
    String($0.key)
  }
  return summary
}

/// The names that a pattern stands for; what is a name already, or fits nothing, stands for itself.
func expand(_ pattern: String) -> [String] {
  if FileManager.default.fileExists(atPath: pattern) { return [pattern] }
  var found = glob_t()
  defer { globfree(&found) }
  guard glob(pattern, GLOB_NOCHECK, nil, &found) == 0 else { return [pattern] }
  return (0..<Int(found.gl_pathc)).compactMap { index in
    found.gl_pathv[index].map { String(cString: $0) }
  }
}

func complain(_ text: String) {
  FileHandle.standardError.write(Data("file-runner: \(text)\n".utf8))
}

// MARK: - The program

var arguments = Array(CommandLine.arguments.dropFirst())
var jobs = ProcessInfo.processInfo.activeProcessorCount
if arguments.first == "-j", arguments.count > 1, let number = Int(arguments[1]) {
  jobs = number
  arguments.removeFirst(2)
}
guard !arguments.isEmpty else {
  complain("which files? usage: file-runner [-j JOBS] NAME-OR-PATTERN...")
  exit(64)
}
let names = arguments.flatMap(expand)

struct Row: Encodable {
  let file: String
  let result: Summary
}

let encoder = JSONEncoder()
encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
var failures = 0
do {
  let pool = try Pool.fork(jobs: jobs, options: .ordered, map: summarize)
  var lastReport = ContinuousClock.now
  var count = 0
  try pool.imap(names).results.forEach { name, result in
    switch result {
    case .success(let summary):
      print(String(decoding: try encoder.encode(Row(file: name, result: summary)), as: UTF8.self))
    case .failure(let error):
      failures += 1
      complain("\(name): \(error.message)")
    }
    count += 1
    if count == names.count || lastReport.duration(to: .now) > .seconds(1) {
      complain("\(count) of \(names.count) files")
      lastReport = .now
    }
  }
  try pool.closeSynchronously()
} catch {
  complain("\(error)")
  exit(70)
}
exit(failures == 0 ? 0 : 1)
