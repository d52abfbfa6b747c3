// Counts words: workers map lines to the words in them, and the program folds what they find into
// one table. Prints the words that are there most often, with how often that is.
//
//   swift run --package-path examples word-count [FILE...]
//   man bash | swift run --package-path examples word-count
//
// Lines are read while results are asked for, so that a file may be larger than memory.

import Foundation
import VimapKit

/// The lines of a file, or of standard input where there is no name, one after the other.
final class Lines: Sequence, IteratorProtocol {
  private let stream: UnsafeMutablePointer<FILE>?
  /// Why the file could not be read, or not to its end.
  private(set) var problem: String?

  init(of name: String?) {
    stream = if let name { fopen(name, "r") } else { fdopen(STDIN_FILENO, "r") }
    if stream == nil { problem = String(cString: strerror(errno)) }
  }

  deinit {
    if let stream { fclose(stream) }
  }

  func next() -> String? {
    guard let stream else { return nil }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    guard getline(&line, &capacity, stream) >= 0, let line else {
      if ferror(stream) != 0 { problem = String(cString: strerror(errno)) }
      return nil
    }
    return String(cString: line)
  }
}

/// Runs in the workers.
func words(in line: String) -> [String: Int] {
  line.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }
    .reduce(into: [:]) { $0[String($1), default: 0] += 1 }
}

func stop(_ text: String) -> Never {
  FileHandle.standardError.write(Data("word-count: \(text)\n".utf8))
  exit(1)
}

// MARK: - The program

var counts: [String: Int] = [:]
do {
  let pool = try Pool.fork(map: words)
  let names = CommandLine.arguments.dropFirst().map(Optional.some)
  for name in names.isEmpty ? [nil] : names {
    let lines = Lines(of: name)
    // The pool stays for the next file.
    counts = try pool.imap(lines).fold(counts, closeIfDone: false) { counts, _, found in
      counts.merge(found, uniquingKeysWith: +)
    }
    if let problem = lines.problem { stop("\(name ?? "standard input"): \(problem)") }
  }
  pool.close()
} catch {
  stop("\(error)")
}
let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
for (word, count) in ranking.prefix(10) { print(count, word) }
