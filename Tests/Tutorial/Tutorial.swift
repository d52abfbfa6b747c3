// The code of the article Tutorial, which has the same blocks in the same order, and what this
// prints. A test compares them.

import Glibc
import VimapKit

// MARK: - A first pool

func firstPool() throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (number: Int) in number * number }
  try pool.imap(1...4).forEach { number, square in
    print(number, square)
  }
  try pool.closeSynchronously()
}

func cursors() throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (word: String) in word.count }
  let lengths = try pool.imap(["one", "three"]).cursor()
  while let (word, length) = try lengths.next() {
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

  mutating func finish() throws {
    // Close what start() opened.
  }
}

func boundArguments() throws {
  let greeters = [Greeter(greeting: "Hello"), Greeter(greeting: "Hello")]
  let pool = try Pool.fork(greeters, options: .ordered)
  try pool.imap(["ada", "grace"]).forEach { key, greeting in
    print(key, "->", greeting)
  }

  try pool.imap(["ada", "bob", "grace"]).results.forEach { key, result in
    switch result {
    case .success(let greeting): print(key, "->", greeting)
    case .failure(let error): print(key, "failed:", error.message)
    }
  }

  do {
    try pool.imap(["ada", "bob", "grace"]).forEach { key, greeting in
      print(key, "->", greeting)
    }
  } catch let error as WorkerError {
    if let unknown = error.value(as: Unknown.self) { print("nobody knows", unknown.key) }
  }
  try pool.closeSynchronously()
}

// MARK: - Bounds

func bounds() throws {
  var options = PoolOptions.ordered
  options.maxUnreadPerWorker = 10
  let pool = try Pool.fork(jobs: 2, options: options) { (number: Int) in number * number }
  let squares = try pool.imap(1...).cursor()
  while let (number, square) = try squares.next() {
    guard square > 1000 else { continue }
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
  try pool.imap(1...4).results.forEach { number, result in
    switch result {
    case .success(let square): print(number, square)
    case .failure(let error): print(number, error.kind, error.attempts)
    }
  }
}

// MARK: - Lines of JSON

struct Person: Codable {
  let name: String
}

func lines() throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (line: JSONLine) in
    try line.parse()["name"]?.string?.count ?? 0
  }
  let input = JSONLines(
    """
    {"name":"Ada"}
    {"name":"Grace"}
    """)
  try pool.imap(reading: { try input.next() }).forEach { line, length in print(line, length) }
}

func people(_ path: String) throws {
  let pool = try Pool.fork(jobs: 2, options: .ordered) { (person: Person) in person.name.count }
  try pool.imap(lines: path, as: Person.self).forEach { line, length in print(line, length) }
}

// MARK: - Several at once

struct Pairs: SequenceWorker {
  func run(_ items: WorkItems<Int, Int>) throws {
    while let first = items.next() {
      let second = items.next()
      try second?.answer(first.input)
      try first.answer(second?.input ?? 0)
    }
  }
}

func pairs() throws {
  let pool = try Pool.fork([Pairs()], options: .ordered)
  try pool.imap(1...4).forEach { number, other in print(number, other) }
}

// MARK: - Asynchronous workers

struct Patient: AsyncWorker {
  func process(_ milliseconds: Int) async throws -> String {
    try await Task.sleep(for: .milliseconds(milliseconds))
    return "waited"
  }
}

func waiting() throws {
  let pool = try Pool.fork([Patient(), Patient()], options: .ordered)
  try pool.imap([2, 1]).forEach { milliseconds, answer in print(milliseconds, answer) }
}

// MARK: - Asynchronous loops

@MainActor func asynchronously() async throws {
  try await Pool.withWorkers([Greeter(greeting: "Hello")], options: .ordered) { pool in
    for try await (key, greeting) in try pool.imap(["ada", "grace"]) {
      print(key, "->", greeting)
    }
    let summary = try await pool.drain(["ada", "bob"])
    print(summary.done, "greeted,", summary.failed, "unknown")
  }
}
