import VimapKit

/// Errors that workers throw, and what can be learned of them.
@MainActor enum ErrorCases {
  static let all = [
    PoolCase("errors.tellWhatIsKnown", tellWhatIsKnown),
    PoolCase("errors.giveTheValueBack", giveTheValueBack),
    PoolCase("errors.ofTypesThatDoNotTravel", ofTypesThatDoNotTravel),
    PoolCase("errors.haveAnyText", haveAnyText),
    PoolCase("errors.areReadableAsText", areReadableAsText),
    PoolCase("errors.leaveTheWorkerAlive", leaveTheWorkerAlive),
    PoolCase("errors.ofEveryInput", ofEveryInput),
    PoolCase("errors.largerThanASlab", largerThanASlab),
    PoolCase("errors.areThrownInOrder", areThrownInOrder),
    PoolCase("errors.endAPlainLoop", endAPlainLoop),
    PoolCase("errors.endAWaitingLoop", endAWaitingLoop),
    PoolCase("errors.endALoopWithABody", endALoopWithABody),
    PoolCase("errors.leaveThePoolOpen", leaveThePoolOpen),
    PoolCase("errors.ofABodyCloseThePool", ofABodyCloseThePool),
    PoolCase("errors.whileCleaningUp", whileCleaningUp),
    PoolCase("errors.behindTheLastInput", behindTheLastInput),
  ]

  struct Refusal: Error, Codable, Equatable {
    var input: Int
    var reason: String
  }

  struct Plain: Error, CustomStringConvertible {
    var description: String
  }

  /// `Codable`, and cannot be encoded.
  struct Stubborn: Error, Codable {
    init() {}
    init(from decoder: any Decoder) {}
    func encode(to encoder: any Encoder) throws { throw Plain(description: "it does not travel") }
  }

  /// Doubles its inputs, and throws for those that `error` has one for.
  private static func pool(
    jobs: Int = 2, options: PoolOptions = PoolOptions(),
    error: @escaping @Sendable (Int) -> (any Error)?
  ) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: jobs, options: options) { input in
      if let error = error(input) { throw error }
      return 2 * input
    }
  }

  static func tellWhatIsKnown() async throws {
    for loop in Loop.allCases {
      let pool = try pool { $0 == 7 ? Refusal(input: $0, reason: "odd") : nil }
      let results = try await loop.read(pool.imap(0..<20).results)
      try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 7 }))
      let error = try need("error", results.errors[7])
      try expect("kind", error.kind, .thrown)
      try expect("type", error.typeName, "Refusal")
      try expect("message", error.message, "\(Refusal(input: 7, reason: "odd"))")
      try expect("record", error.record, 7)
      try expect("attempts", error.attempts, 1)
      try expect("signal", error.signal, nil)
      try expect(
        (0..<2).contains(error.worker ?? -1), "worker: \(String(describing: error.worker))")
      try expect((error.process ?? 0) > 1, "process: \(String(describing: error.process))")
    }
  }

  static func giveTheValueBack() throws {
    let refusal = Refusal(input: 1, reason: "odd")
    let pool = try pool { _ in refusal }
    let error = try need("error", try read(pool.imap([1]).results).errors[1])
    try expect(error.hasValue, "the error can travel")
    try expect("value", error.value(as: Refusal.self), refusal)
    try expect(error.value(as: Stubborn.self) == nil, "it is of another type")
  }

  static func ofTypesThatDoNotTravel() async throws {
    for loop in Loop.allCases {
      let pool = try pool {
        switch $0 {
        case 3: Plain(description: "no codable")
        case 4: Stubborn()
        default: nil
        }
      }
      let results = try await loop.read(pool.imap(0..<8).results)
      try expect("outputs", results.outputs.count, 6)
      let plain = try need("error", results.errors[3])
      try expect("message", plain.message, "no codable")
      try expect("type", plain.typeName, "Plain")
      let stubborn = try need("error", results.errors[4])
      try expect("type", stubborn.typeName, "Stubborn")
      try expect("kind", stubborn.kind, .thrown)
      for error in [plain, stubborn] { try expect("has a value", error.hasValue, false) }
      try expect(stubborn.value(as: Stubborn.self) == nil, "it has not travelled")
    }
  }

  static func haveAnyText() throws {
    let texts = [
      "{0} curly braces!", "%s %d %@ \\(x)", "two\nlines\r\n\tand a tab", "\"quoted\" 'too'", "",
      "\0 and \u{1B}[31m", "ä€😀\u{FFFD}", String(repeating: "long ", count: 2000),
    ]
    let pool = try Pool<String, Int>.fork(jobs: 2) { throw Plain(description: $0) }
    let results = try read(pool.imap(texts).results)
    for text in texts { try expect("message", results.errors[text]?.message, text) }
  }

  static func areReadableAsText() throws {
    let pool = try pool(jobs: 1) { $0 == 2 ? Plain(description: "{0} braces") : nil }
    let error = try need("error", try read(pool.imap(0..<4).results).errors[2])
    try expect("description", "\(error)", "{0} braces (input 2, worker 0)")
  }

  static func leaveTheWorkerAlive() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int32>.fork(jobs: 1) { input in
        if input % 2 == 1 { throw Plain(description: "odd") }
        return Surroundings.process
      }
      let results = try await loop.read(pool.imap(0..<50).results)
      try expect("outputs", results.outputs.count, 25)
      try expect("processes", Set(results.outputs.values).count, 1)
      try expect("errors from", Set(results.errors.values.map(\.process)).count, 1)
    }
  }

  static func ofEveryInput() async throws {
    for loop in Loop.allCases {
      let pool = try pool(jobs: 3) { Refusal(input: $0, reason: "all") }
      let results = try await loop.read(pool.imap(0..<2000).results)
      try expect("errors", results.errors.count, 2000)
      for (input, error) in results.errors {
        try expect("value", error.value(as: Refusal.self)?.input, input)
        try expect("record", error.record, input)
      }
    }
  }

  static func largerThanASlab() throws {
    let text = String(repeating: "x", count: 600_000)
    let pool = try pool { $0 == 3 ? Refusal(input: 3, reason: text) : nil }
    let results = try read(pool.imap(0..<6).results)
    try expect("outputs", results.outputs.count, 5)
    try expect("value", results.errors[3]?.value(as: Refusal.self)?.reason.count, text.count)
  }

  // MARK: The first of them

  static func areThrownInOrder() throws {
    let pool = try pool(options: .ordered) { $0 >= 5 ? Refusal(input: $0, reason: "") : nil }
    var inputs: [Int] = []
    let error = try expectThrow(WorkerError.self) {
      try pool.imap(0..<20).forEach { input, _ in inputs.append(input) }
    }
    try expect("inputs before it", inputs, Array(0..<5))
    try expect("the first", error.record, 5)
  }

  static func endAPlainLoop() throws {
    let pool = try pool { $0 == 7 ? Refusal(input: 7, reason: "") : nil }
    let cursor = try pool.imap(0..<1000).cursor()
    let error = try expectThrow(WorkerError.self) {
      while let (input, _) = try cursor.next() {
        try expect(input != 7, "an input without an output")
      }
    }
    try expect("the error", error.value(as: Refusal.self), Refusal(input: 7, reason: ""))
    // It has been thrown, and nothing is behind it.
    try expect("behind it", try cursor.next() == nil, true)
  }

  static func endAWaitingLoop() async throws {
    let pool = try pool { $0 == 7 ? Refusal(input: 7, reason: "") : nil }
    do {
      for try await (input, _) in try pool.imap(0..<1000) {
        try expect(input != 7, "an input without an output")
      }
    } catch let error as WorkerError {
      try expect("the error", error.value(as: Refusal.self), Refusal(input: 7, reason: ""))
      return
    }
    try expect(false, "no error was thrown")
  }

  static func endALoopWithABody() throws {
    let pool = try pool { $0 == 7 ? Refusal(input: 7, reason: "") : nil }
    let error = try expectThrow(WorkerError.self) { try pool.imap(0..<20).forEach { _, _ in } }
    try expect("the error", error.record, 7)
  }

  static func leaveThePoolOpen() throws {
    let pool = try pool(options: .ordered) { $0 == 7 ? Refusal(input: 7, reason: "") : nil }
    _ = try expectThrow(WorkerError.self) {
      try pool.imap(0..<20).forEach { _, _ in }
    }
    // What was left of the mapping is not another's.
    try expect("the next", try read(pool.imap([20, 21])).order, [20, 21])
  }

  static func ofABodyCloseThePool() throws {
    let pool = try pool { _ in nil }
    let plain = try expectThrow(Plain.self) {
      try pool.imap(0..<1000).forEach { _, _ in throw Plain(description: "enough") }
    }
    try expect("the error", plain.description, "enough")
  }

  /// A worker that fails when all is answered spoils no result, and is told of.
  static func whileCleaningUp() async throws {
    struct Exiting: Worker {
      func process(_ input: Int) -> Int { 2 * input }
      func finish() { Surroundings.leave(status: 7) }
    }
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Exiting(), jobs: 3)
      let results = try await loop.read(pool.imap(0..<50).results)
      try expect("outputs", results.outputs, doubles(0..<50))
      let error = try expectThrow(PoolError.self) { try shut(pool) }
      try expect(error.description.contains("status 7"), "error: \(error)")
    }
  }

  static func behindTheLastInput() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 3) { items in
        for item in items { try item.answer(2 * item.input) }
        throw Plain(description: "too late")
      }
      let results = try await loop.read(pool.imap(0..<50).results)
      try expect("outputs", results.outputs, doubles(0..<50))
    }
  }
}
