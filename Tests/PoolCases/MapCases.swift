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
    PoolCase("map.ignoringOutput", ignoringOutput),
    PoolCase("map.ignoringOutputWaiting", ignoringOutputWaiting),
    PoolCase("map.nothing", nothing),
    PoolCase("map.equalInputs", equalInputs),
    PoolCase("map.withoutAPool", withoutAPool),
    PoolCase("map.withoutAPoolInOrder", withoutAPoolInOrder),
    PoolCase("map.withoutAPoolWaiting", withoutAPoolWaiting),
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
      let results = try read(doublers().imap(0..<length).zipInOut())
      try expect("outputs of \(length)", results.outputs, doubles(0..<length))
    }
  }

  static func everyLengthWaiting() async throws {
    let pool = try doublers()
    for length in 1...100 {
      let pairs = try pool.imap(0..<length).zipInOut(closeIfDone: false)
      let results = try await Loop.waiting.read(pairs)
      try expect("outputs of \(length)", results.outputs, doubles(0..<length))
    }
    pool.close()
  }

  static func everyLengthInOrder() async throws {
    let pools = try [doublers(3, .ordered), doublers(3, .ordered)]
    for (loop, pool) in zip(Loop.allCases, pools) {
      for length in 0...100 {
        let pairs = try pool.imap(0..<length).zipInOut(closeIfDone: false)
        let results = try await loop.read(pairs)
        try expect("order", results.order, Array(0..<length))
        try expect("outputs", results.outputs, doubles(0..<length))
      }
      pool.close()
    }
  }

  static func everyLengthInChunks() throws {
    for chunk in [1, 2, 7, 100] {
      let pool = try doublers(3, .with { $0.chunk = chunk })
      for length in 1...50 {
        let results = try read(pool.imap(0..<length).zipInOut(closeIfDone: false))
        try expect("outputs of \(length) in \(chunk)", results.outputs, doubles(0..<length))
      }
      pool.close()
    }
  }

  // MARK: Ways to read

  static func zipInOutTyp() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      let results = try await loop.read(pool.imap(0..<300).zipInOutTyp())
      try expect("outputs", results.outputs, doubles(0..<300))
      try expect("errors", results.errors.count, 0)
      try expect("errors of no input", results.loose.count, 0)
      try expect("closed", pool.isClosed, true)
    }
  }

  static func withABody() throws {
    var outputs: [Int: Int] = [:]
    try doublers().imap(0..<300).zipInOut { outputs[$0] = $1 }
    try expect("outputs", outputs, doubles(0..<300))
  }

  struct Odd: Error {}

  private static func refusers() throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 3) { if $0 % 3 == 1 { throw Odd() } else { $0 } }
  }

  static func ignoringOutput() throws {
    let pool = try refusers()
    let count = try pool.imap(0..<300).blockIgnoreOutput()
    try expect("done", count.done, 200)
    try expect("failed", count.failed, 100)
    try expect("closed", pool.isClosed, true)
  }

  static func ignoringOutputWaiting() async throws {
    let pool = try refusers()
    let count = try await pool.imap(0..<300).blockIgnoreOutput(closeIfDone: false)
    try expect("done", count.done, 200)
    try expect("failed", count.failed, 100)
    try expect("closed", pool.isClosed, false)
    try await pool.imap(0..<300).blockIgnoreOutput()
    try expect("closed", pool.isClosed, true)
  }

  static func nothing() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      try expect("results", try await loop.read(pool.imap([]).zipInOut()).order, [])
      try expect("closed", pool.isClosed, true)
      let idle = try doublers(3, .with { $0.allowsThreads = true })
      try expect("results", try await loop.read(idle.zipInOut()).order, [])
      try expect("closed", idle.isClosed, true)
    }
  }

  static func equalInputs() throws {
    var outputs: [Int] = []
    try doublers().imap(Array(repeating: 4, count: 90)).zipInOut { outputs.append($0 + $1) }
    try expect("outputs", outputs, Array(repeating: 12, count: 90))
  }

  // MARK: Without a pool to hold on to

  static func withoutAPool() throws {
    let pairs = try imapUnordered(0..<500, jobs: 3) { "\($0)" }
    let results = try read(pairs)
    for input in 0..<500 { try expect("output", results.outputs[input], "\(input)") }
  }

  static func withoutAPoolInOrder() throws {
    for length in [2, 4, 8, 32, 3200, 32_000] {
      let pairs = try imapOrdered(0..<length, jobs: 4) { 2 * $0 }
      try expect("outputs", pairs.map(\.1), (0..<length).map { 2 * $0 })
      let chunked = try imapOrderedChunked(0..<length, jobs: 4) { 2 * $0 }
      try expect("outputs of chunks", chunked.map(\.1), (0..<length).map { 2 * $0 })
    }
  }

  static func withoutAPoolWaiting() async throws {
    let unordered = try imapUnordered(0..<500, jobs: 2) { 2 * $0 }
    let ordered = try imapOrdered(0..<500, jobs: 2) { 2 * $0 }
    let chunked = try imapOrderedChunked(0..<500, chunkSize: 7, jobs: 2) { 2 * $0 }
    try expect("outputs", try await Loop.waiting.read(unordered).outputs, doubles(0..<500))
    for pairs in [ordered, chunked] {
      try expect("order", try await Loop.waiting.read(pairs).order, Array(0..<500))
    }
  }

  // MARK: Order

  /// The first is done when another worker has done the hundredth.
  static func inOrderWithASlowFirst() async throws {
    for loop in Loop.allCases {
      let gate = try SharedPipe()
      let pool = try doublersWithGate(gate, opening: 100, .with { $0.order = .ordered })
      let results = try await loop.read(pool.imap(0..<1000).zipInOut())
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
        $0.window = 10_000
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
    try pool.imap(inputs).zipInOut { input, output in
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
      let results = try await loop.read(pool.imap(0..<200).zipInOut())
      try expect("order", results.order, Array(0..<200))
      for (input, output) in results.outputs {
        try expect("length", output.utf8.count, 40_000 + input)
      }
    }
  }
}
