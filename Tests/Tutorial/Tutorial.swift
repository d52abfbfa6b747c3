// The code of the article Tutorial, which has the same blocks in the same order, and what this
// prints. A test compares them.

import Glibc
import VimapKit

// MARK: - A first pool

func firstPool() throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (number: Int) in number * number }
  for (number, square) in try pool.imap(1...4).zipInOut() {
    print(number, square)
  }
}

func shortest() throws {
  for (word, length) in try imapOrdered(["one", "three"], jobs: 2, { $0.count }) {
    print(word, length)
  }
}

// MARK: - Bound arguments and set-up

struct Unknown: Error, Codable {
  let key: String
}

struct Greeter: Worker {
  let greeting: String  // a bound argument
  var names: [String: String] = [:]

  mutating func start() throws {
    names = ["ada": "Ada Lovelace", "grace": "Grace Hopper"]
  }

  mutating func process(_ key: String) throws -> String {
    guard let name = names[key] else { throw Unknown(key: key) }
    return "\(greeting), \(name)!"
  }

  mutating func finish() {
    // Close what start() opened.
  }
}

func boundArguments() throws {
  let greeters = [Greeter(greeting: "Hello"), Greeter(greeting: "Hello")]
  let pool = try Pool.fork(greeters, options: .ordered)
  for (key, greeting) in try pool.imap(["ada", "grace"]).zipInOut(closeIfDone: false) {
    print(key, "->", greeting)
  }

  for result in try pool.imap(["ada", "bob", "grace"]).zipInOutTyp(closeIfDone: false) {
    switch result {
    case .output(let key, let greeting): print(key, "->", greeting)
    case .exception(let key, let error): print(key, "failed:", error.message)
    case .noInput(let error): print("a worker could not be set up:", error.message)
    }
  }

  do {
    try pool.imap(["ada", "bob", "grace"]).zipInOut { key, greeting in
      print(key, "->", greeting)
    }
  } catch let error as WorkerError {
    if let unknown = error.value(as: Unknown.self) { print("nobody knows", unknown.key) }
  }
}

// MARK: - Bounds

func bounds() throws {
  var options = PoolOptions.ordered
  options.maxTotalInFlightFactor = 10
  let pool = try Pool.fork(jobs: 2, options: options) { (number: Int) in number * number }
  for (number, square) in try pool.imap(1...).zipInOut() where square > 1000 {
    print(number, square)
    break
  }
}

// MARK: - Retries and time limits

func failures() throws {
  var options = PoolOptions.ordered
  options.timeLimit = .milliseconds(300)
  options.retries = 1
  let pool = try Pool.fork(jobs: 2, options: options) { (number: Int) -> Int in
    if number == 2 { sleep(60) }
    if number == 3 { exit(1) }
    return number * number
  }
  for result in try pool.imap(1...4).zipInOutTyp() {
    switch result {
    case .output(let number, let square): print(number, square)
    case .exception(let number, let error): print(number, error.kind, error.attempts)
    case .noInput(let error): print(error)
    }
  }
}

// MARK: - Lines of JSON

func lines() throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (line: JSONLine) in
    try line.parse()["name"]?.string?.count ?? 0
  }
  let input = JSONLines(
    """
    {"name":"Ada"}
    {"name":"Grace"}
    """)
  for (line, length) in try pool.imap(input).zipInOut() { print(line, length) }
  if let failure = input.failure { throw failure }
}

// MARK: - Fold

func fold() throws {
  let pool = try Pool.fork(jobs: 2) { (line: String) in line.split(separator: " ").count }
  let words = try pool.imap(["to be", "or not to be"]).fold(0) { sum, _, count in sum += count }
  print(words, "words")
}

// MARK: - Asynchronous loops

@MainActor func asynchronously() async throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (number: Int) in number * number }
  for try await (number, square) in try pool.imap(1...2).zipInOut() {
    print(number, square)
  }
}
