// The code of the articles Forking and Testing, around that of the others.

import Glibc
import VimapKit

@main
struct Program {
  static func main() async throws {
    // First of all, as long as there is one thread.
    let lengths = try Pool.fork(jobs: 2, options: .ordered) { (word: String) in word.count }
    let squares = try Pool.fork(jobs: 2, options: .ordered) { (number: Int) in number * number }

    switch CommandLine.arguments.dropFirst().first {
    case "tutorial": return try await tutorial()
    case "readme": return try await readme()
    case "threads": return await tooLate()
    case "testing": return try serial()
    default: break
    }

    // From here on there may be threads and tasks.
    async let report: Void = writeReport()
    for try await (word, length) in try lengths.imap(["one", "three"]) {
      print(word, length)
    }
    for try await (number, square) in try squares.imap(1...2) {
      print(number, square)
    }
    try await report
  }
}

@concurrent func writeReport() async throws {
  try await Task.sleep(for: .milliseconds(1))
}

func tooLate() async {
  do {
    _ = try Pool.fork(jobs: 2) { (word: String) in word.count }
  } catch PoolError.threads {
    print("too late")
  } catch {
    print(error)
  }
}

func serial() throws {
  let pool = try Pool.fork(jobs: 2, options: .serial) { (word: String) in word.count }
  try pool.imap(["one", "three"]).forEach { word, length in print(word, length) }
}

@MainActor func tutorial() async throws {
  for chapter in [firstPool, cursors, boundArguments, bounds, failures, lines] { try chapter() }
  try withFile { try people($0) }
  for chapter in [pairs, waiting] { try chapter() }
  try await asynchronously()
}

/// Has a file of people for the length of the call.
func withFile(_ body: (String) throws -> Void) throws {
  let path = "/tmp/vimap-tutorial-\(getpid()).jsonl"
  guard let file = fopen(path, "w") else { return }
  defer { unlink(path) }
  fputs("{\"name\":\"Ada\"}\n{\"name\":\"Grace\"}\n", file)
  fclose(file)
  try body(path)
}
