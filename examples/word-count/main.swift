// Counts words: workers map lines to the words in them, and the program adds what they find to
// one table. Prints the words that are there most often, with how often that is.
//
//   swift run --package-path examples word-count [FILE...]
//   man bash | swift run --package-path examples word-count
//
// Lines are read while results are asked for, so that a file may be larger than memory.

import Foundation
import VimapKit

/// Why lines cannot be read.
struct Unreadable: Error, CustomStringConvertible {
  let description: String

  init(_ name: String?) {
    description = "\(name ?? "standard input"): \(String(cString: strerror(errno)))"
  }
}

/// The lines of a file, or of standard input where there is no name, one after the other.
final class Lines {
  private let name: String?
  private let stream: UnsafeMutablePointer<FILE>

  init(of name: String?) throws {
    let stream = if let name { fopen(name, "r") } else { fdopen(STDIN_FILENO, "r") }
    guard let stream else { throw Unreadable(name) }
    self.name = name
    self.stream = stream
  }

  deinit { fclose(stream) }

  func next() throws -> String? {
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    guard getline(&line, &capacity, stream) >= 0, let line else {
      if ferror(stream) != 0 { throw Unreadable(name) }
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
    let lines = try Lines(of: name)
    try pool.imap(reading: { try lines.next() }).forEach { _, found in
      counts.merge(found, uniquingKeysWith: +)
    }
  }
  try pool.closeSynchronously()
} catch {
  stop("\(error)")
}
let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
for (word, count) in ranking.prefix(10) { print(count, word) }
