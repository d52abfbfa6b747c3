import VimapKit

extension BoundCases {
  /// A window of bytes bounds what is taken while no worker is done with anything.
  static func windowOfLargeInputs() throws {
    let gate = try SharedPipe()
    let options = PoolOptions.with {
      $0.windowBytes = 1 << 20
      $0.chunk = 1
    }
    let pool = try Pool<String, Int>.fork(jobs: 8, options: options) { input in
      gate.waitForAny()
      return input.utf8.count
    }
    var pulled = 0
    var mostAhead = 0
    var seen = 0
    let inputs = (0..<60).lazy.map { _ in
      pulled += 1
      mostAhead = max(mostAhead, pulled - seen)
      // That fills the window, so no worker is given more before some are done.
      if pulled == 4 { gate.put() }
      return String(repeating: "x", count: 300_000)
    }
    let cursor = try pool.imap(inputs).cursor()
    while let (_, output) = try cursor.next() {
      try expect("output", output, 300_000)
      seen += 1
    }
    try expect("results", seen, 60)
    try expect(mostAhead < 40, "\(mostAhead) inputs of 300 kB were taken ahead")
  }

  // MARK: Inputs

  /// Counts how many of it there are.
  private final class Token {
    final class Count {
      var now = 0
      var most = 0
    }
    let number: Int
    private let count: Count

    init(_ number: Int, _ count: Count) {
      self.number = number
      self.count = count
      count.now += 1
      count.most = max(count.most, count.now)
    }

    deinit { count.now -= 1 }
  }

  static func inputsAreLetGoOf() async throws {
    for loop in Loop.allCases {
      let count = Token.Count()
      let pool = try Pool<Int, Int>.fork(
        jobs: 2, options: .with { $0.maxUnreadPerWorker = 10 }
      ) { 2 * $0 }
      let tokens = (0..<500).lazy.map { Token($0, count) }
      let pairs = try pool.imap(tokens, pretransform: { $0.number })
      var seen = 0
      try await loop.walk(pairs) { token, output in
        try expect("output", output, 2 * token.number)
        seen += 1
        return true
      }
      try expect("results", seen, 500)
      try expect("inputs held at the end", count.now, 0)
      try expect(count.most <= 21, "\(count.most) were held at once")
    }
  }

  static func inputsAreLetGoOfWhenLeft() throws {
    let count = Token.Count()
    let pool = try Pool<Int, Int>.fork(jobs: 2) { 2 * $0 }
    let tokens = (0..<500).lazy.map { Token($0, count) }
    for _ in 0..<3 {
      let first = try pool.imap(tokens, pretransform: { $0.number }).cursor().next()
      try expect(first != nil, "there is no result")
    }
    // What workers have is let go of when it comes back.
    _ = try pool.drainSynchronously(0..<2000)
    try expect("inputs held", count.now, 0)
  }

  // MARK: Memory

  /// Some megabytes more than the pool's buffers can be.
  private static let allowance = 12 << 20

  static func memoryStaysFlat() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<String, Int>.fork(jobs: 2) { $0.utf8.count }
      let inputs = (0..<4000).lazy.map { String(repeating: "x", count: 10_000 + $0 % 10) }
      let before = Surroundings.memory()
      var (sum, most) = (0, 0)
      try await loop.walk(pool.imap(inputs)) { _, length in
        sum += length
        if sum % 100 == 0 { most = max(most, Surroundings.memory()) }
        return true
      }
      try expect("bytes", sum, 40_018_000)
      try expect(most > 0, "the memory was not measured")
      // The inputs in flight, of up to the window, are the case's own.
      try expect(most - before < allowance + (16 << 20), "\(most - before) bytes more than before")
    }
  }

  /// Workers wait with what nobody has asked for.
  static func memoryStaysFlatWithASlowConsumer() throws {
    let pool = try Pool<Int, String>.fork(jobs: 2) {
      String(repeating: "x", count: 10_000 + $0 % 2)
    }
    let before = Surroundings.memory()
    var most = 0
    try pool.imap(0..<4000).forEach { input, _ in
      if input % 100 == 0 { most = max(most, Surroundings.memory()) }
    }
    try expect(most > 0, "the memory was not measured")
    try expect(most - before < allowance, "\(most - before) bytes more than before")
  }
}
