import VimapKit

/// Every input comes out once, with its output.
@MainActor enum MapCases {
  static let all = [
    PoolCase("map.everyLength", everyLength),
    PoolCase("map.everyLengthWaiting", everyLengthWaiting),
    PoolCase("map.everyLengthInOrder", everyLengthInOrder),
    PoolCase("map.everyLengthInChunks", everyLengthInChunks),
    PoolCase("map.zipInOutTyp", zipInOutTyp),
    PoolCase("map.withABody", withABody),
    PoolCase("map.asynchronousInputs", asynchronousInputs),
    PoolCase("map.asynchronousInputsOneByOne", asynchronousInputsOneByOne),
    PoolCase("map.asynchronousInputsThatFail", asynchronousInputsThatFail),
    PoolCase("map.asynchronousInputsAreTakenAsAsked", asynchronousInputsAreTakenAsAsked),
    PoolCase("map.readersThatFail", readersThatFail),
    PoolCase("map.nothing", nothing),
    PoolCase("map.equalInputs", equalInputs),
    PoolCase("map.inOrderWithASlowFirst", inOrderWithASlowFirst),
    PoolCase("map.inOrderWithASmallWindow", inOrderWithASmallWindow),
    PoolCase("map.inOrderWithLargeOutputs", inOrderWithLargeOutputs),
  ]

  private static func doublers(
    _ jobs: Int = 3, _ options: PoolOptions = PoolOptions()
  ) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: jobs, options: options) { 2 * $0 }
  }

  // MARK: Lengths

  static func everyLength() throws {
    for length in 1...100 {
      let results = try read(doublers().imap(0..<length))
      try expect("outputs of \(length)", results.outputs, doubles(0..<length))
    }
  }

  static func everyLengthWaiting() async throws {
    let pool = try doublers()
    for length in 1...100 {
      let pairs = try pool.imap(0..<length)
      let results = try await Loop.waiting.read(pairs)
      try expect("outputs of \(length)", results.outputs, doubles(0..<length))
    }
    try await pool.close()
  }

  static func everyLengthInOrder() async throws {
    let pools = try [doublers(3, .ordered), doublers(3, .ordered)]
    for (loop, pool) in zip(Loop.allCases, pools) {
      for length in 0...100 {
        let pairs = try pool.imap(0..<length)
        let results = try await loop.read(pairs)
        try expect("order", results.order, Array(0..<length))
        try expect("outputs", results.outputs, doubles(0..<length))
      }
      try await pool.close()
    }
  }

  static func everyLengthInChunks() throws {
    for chunk in [1, 2, 7, 100] {
      let pool = try doublers(3, .with { $0.chunk = chunk })
      for length in 1...50 {
        let results = try read(pool.imap(0..<length))
        try expect("outputs of \(length) in \(chunk)", results.outputs, doubles(0..<length))
      }
      try pool.closeSynchronously()
    }
  }

  // MARK: Ways to read

  static func zipInOutTyp() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      let results = try await loop.read(pool.imap(0..<300).results)
      try expect("outputs", results.outputs, doubles(0..<300))
      try expect("errors", results.errors.count, 0)
    }
  }

  static func withABody() throws {
    var outputs: [Int: Int] = [:]
    try doublers().imap(0..<300).forEach { outputs[$0] = $1 }
    try expect("outputs", outputs, doubles(0..<300))
  }

  struct Odd: Error {}

  /// Inputs that come one by one, from a task.
  static func asynchronousInputs() async throws {
    let pool = try doublers()
    let inputs = AsyncStream<Int> { stream in
      Task.detached {
        for number in 0..<2000 {
          stream.yield(number)
          if number % 100 == 0 { await Task.yield() }
        }
        stream.finish()
      }
    }
    let results = try await Loop.waiting.read(pool.imap(inputs))
    try expect("outputs", results.outputs, doubles(0..<2000))
  }

  /// Results of earlier inputs do not wait for later ones.
  static func asynchronousInputsOneByOne() async throws {
    let pool = try doublers()
    let (inputs, stream) = AsyncStream<Int>.makeStream()
    stream.yield(0)
    var seen: [Int] = []
    for try await (input, output) in try pool.imap(inputs) {
      try expect("output", output, 2 * input)
      seen.append(input)
      if input < 20 { stream.yield(input + 1) } else { stream.finish() }
    }
    try expect("inputs", seen, Array(0...20))
  }

  static func asynchronousInputsThatFail() async throws {
    let pool = try doublers(3, .ordered)
    let (inputs, stream) = AsyncThrowingStream<Int, any Error>.makeStream()
    for number in 0..<50 { stream.yield(number) }
    stream.finish(throwing: Odd())
    var seen: [Int] = []
    do {
      for try await (input, _) in try pool.imap(inputs) { seen.append(input) }
      try expect(false, "it ends as if that were all")
    } catch is Odd {}
    try expect("inputs", seen, Array(0..<50))
  }

  /// No more are taken than may be in flight.
  static func asynchronousInputsAreTakenAsAsked() async throws {
    struct Counting: AsyncSequence, AsyncIteratorProtocol {
      let pulled: SharedPipe
      var next = 0
      mutating func next() async -> Int? {
        pulled.put()
        next += 1
        return next
      }
      func makeAsyncIterator() -> Counting { self }
    }
    let pulled = try SharedPipe()
    let pool = try doublers(2, .with { $0.maxUnreadPerWorker = 5 })
    var seen = 0
    for try await _ in try pool.imap(Counting(pulled: pulled)) {
      seen += 1
      try expect(pulled.unread <= seen + 42, "\(pulled.unread) were taken for \(seen)")
      if seen == 500 { break }
    }
  }

  static func readersThatFail() async throws {
    for loop in Loop.allCases {
      let pool = try doublers(3, .ordered)
      var next = 0
      let mapping = try pool.imap(reading: {
        if next == 50 { throw Odd() }
        defer { next += 1 }
        return next
      })
      var seen: [Int] = []
      do {
        try await loop.walk(mapping) { input, _ in
          seen.append(input)
          return true
        }
        try expect(false, "it ends as if that were all")
      } catch is Odd {}
      try expect("inputs", seen, Array(0..<50))
    }
  }

  static func nothing() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      try expect("results", try await loop.read(pool.imap([])).order, [])
      try expect("results", try await loop.read(pool.imap([]).results).order, [])
      try expect("inputs", try await loop.read(pool.imap([1])).order, [1])
    }
  }

  static func equalInputs() throws {
    var outputs: [Int] = []
    try doublers().imap(Array(repeating: 4, count: 90)).forEach { outputs.append($0 + $1) }
    try expect("outputs", outputs, Array(repeating: 12, count: 90))
  }

  // MARK: Order

  /// The first is done when another worker has done the hundredth.
  static func inOrderWithASlowFirst() async throws {
    for loop in Loop.allCases {
      let gate = try SharedPipe()
      let pool = try doublersWithGate(gate, opening: 100, .with { $0.order = .ordered })
      let results = try await loop.read(pool.imap(0..<1000))
      try expect("order", results.order, Array(0..<1000))
      try expect("outputs", results.outputs, doubles(0..<1000))
    }
  }

  private static func doublersWithGate(
    _ gate: SharedPipe, opening: Int, _ options: PoolOptions
  ) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 3, options: options) { input in
      if input == 0 { gate.wait() }
      if input == opening { gate.put() }
      return 2 * input
    }
  }

  /// What waits for its turn counts, so that a slow input stops the reading.
  static func inOrderWithASmallWindow() throws {
    let gate = try SharedPipe()
    let pool = try Pool<[Int], Int>.fork(
      jobs: 3,
      options: .with {
        $0.order = .ordered
        $0.windowBytes = 10_000
        $0.chunk = 1
      }
    ) { input in
      if input[0] == 0 { gate.wait() }
      // The last that fits.
      if input[0] == 8 { gate.put() }
      return 2 * input[0]
    }
    var pulled = 0
    var mostAhead = 0
    var order: [Int] = []
    let inputs = (0..<200).lazy.map { number in
      pulled += 1
      mostAhead = max(mostAhead, pulled - order.count)
      // Numbers this large take some bytes each.
      return [number] + Array(repeating: Int.max, count: 120)
    }
    try pool.imap(inputs).forEach { input, output in
      try expect("output", output, 2 * input[0])
      order.append(input[0])
    }
    try expect("order", order, Array(0..<200))
    // Results are handed out in groups, and each is at least a thousand bytes.
    try expect(mostAhead < 60, "\(mostAhead) inputs of 1000 bytes were taken ahead")
  }

  static func inOrderWithLargeOutputs() async throws {
    for loop in Loop.allCases {
      let gate = try SharedPipe()
      let pool = try Pool<Int, String>.fork(jobs: 3, options: .ordered) { input in
        if input == 0 { gate.wait() }
        if input == 30 { gate.put() }
        return String(repeating: "x", count: 40_000 + input)
      }
      let results = try await loop.read(pool.imap(0..<200))
      try expect("order", results.order, Array(0..<200))
      for (input, output) in results.outputs {
        try expect("length", output.utf8.count, 40_000 + input)
      }
    }
  }
}
