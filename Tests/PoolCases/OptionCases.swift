import VimapKit

/// Options that make no sense, and some that are only unusual.
@MainActor enum OptionCases {
  static let all = [
    PoolCase("options.areRefused", areRefused),
    PoolCase("options.numbersOfWorkersAreRefused", numbersOfWorkersAreRefused),
    PoolCase("options.chunkSizesAreRefused", chunkSizesAreRefused),
    PoolCase("options.ofAnySize", ofAnySize),
    PoolCase("options.reportIntervalsOfAnySize", reportIntervalsOfAnySize),
    PoolCase("options.boundsOfAnySize", boundsOfAnySize),
    PoolCase("options.leastValues", leastValues),
  ]

  /// Expects options to be refused with a text that begins with an option's name and the value.
  private static func expectRefusal(
    _ name: String, _ value: String, _ make: () throws -> Void
  ) throws {
    let error = try expectThrow(PoolError.self, make)
    guard case .invalidOption(let text) = error else { throw error }
    try expect(text.hasPrefix("\(name): \(value):"), "text for \(name): \(text)")
    try expect("description", "\(error)", text)
  }

  private static func fork(_ jobs: Int = 2, _ options: PoolOptions) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: jobs, options: options) { 2 * $0 }
  }

  static func areRefused() throws {
    let wrong: [(String, String, (inout PoolOptions) -> Void)] = [
      ("chunk", "0", { $0.chunk = 0 }),
      ("chunk", "-3", { $0.chunk = -3 }),
      ("maxRealInFlightFactor", "0", { $0.maxRealInFlightFactor = 0 }),
      ("maxTotalInFlightFactor", "-1", { $0.maxTotalInFlightFactor = -1 }),
      ("window", "0", { $0.window = 0 }),
      ("recycleAfter", "0", { $0.recycleAfter = 0 }),
      ("retries", "-1", { $0.retries = -1 }),
      ("timeLimit", "\(Duration.zero)", { $0.timeLimit = .zero }),
      ("timeLimit", "\(Duration.seconds(-1))", { $0.timeLimit = .seconds(-1) }),
      ("leaveTime", "\(Duration.seconds(-1))", { $0.leaveTime = .seconds(-1) }),
    ]
    for (name, value, set) in wrong {
      for processes in [PoolOptions.Processes.forked, .inline] {
        let options = PoolOptions.with {
          $0.processes = processes
          set(&$0)
        }
        try expectRefusal(name, value) { _ = try fork(2, options) }
      }
    }
  }

  static func numbersOfWorkersAreRefused() throws {
    for jobs in [0, -1, 10_001, .max] {
      try expectRefusal("jobs", "\(jobs)") { _ = try fork(jobs, PoolOptions()) }
    }
    try expectRefusal("jobs", "0") { _ = try Pool.fork([FormCases.Offset]()) }
  }

  static func chunkSizesAreRefused() throws {
    let worker = FormCases.Offset(offset: 1)
    try expectRefusal("chunk", "0") { _ = try Pool.forkChunked([worker], defaultChunkSize: 0) }
    try expectRefusal("chunk", "-1") {
      _ = try imapOrderedChunked([1], chunkSize: -1, jobs: 1) { $0 }
    }
    let pool = try Pool.forkChunked([worker], defaultChunkSize: 10)
    try expect("outputs", try read(pool.imap([1]).zipInOut()).outputs, [1: 2])
  }

  private static func expectWorks(_ set: (inout PoolOptions) -> Void) throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let options = PoolOptions.with {
        $0.order = order
        set(&$0)
      }
      let results = try read(try fork(2, options).imap(0..<100).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<100))
    }
  }

  /// As large as they can be; nothing overflows.
  static func ofAnySize() throws {
    try expectWorks { $0.chunk = .max }
    try expectWorks { $0.window = .max }
    try expectWorks { $0.recycleAfter = .max }
    try expectWorks { $0.retries = .max }
    try expectWorks { $0.timeLimit = .seconds(Int64.max) }
    try expectWorks { $0.leaveTime = .seconds(Int64.max) }
  }

  static func reportIntervalsOfAnySize() throws {
    for interval in [Duration.zero, .seconds(-1), .seconds(Int64.max)] {
      var reports = 0
      let pool = try fork(2, PoolOptions()).reportProgress(every: interval) { _ in reports += 1 }
      try expect("outputs", try read(pool.imap(0..<100).zipInOut()).outputs, doubles(0..<100))
      try expect(reports > 0, "there is no report")
    }
  }

  static func boundsOfAnySize() throws {
    try expectWorks { $0.maxRealInFlightFactor = .max }
    try expectWorks { $0.maxTotalInFlightFactor = .max }
  }

  static func leastValues() throws {
    try expectWorks {
      $0.chunk = 1
      $0.maxRealInFlightFactor = 1
      $0.maxTotalInFlightFactor = 1
      $0.window = 1
      $0.recycleAfter = 1
    }
    try expectWorks { $0.window = 1 }
    let pool = try fork(1, .with { $0.leaveTime = .zero })
    try expect("outputs", try read(pool.imap(0..<100).zipInOut()).outputs, doubles(0..<100))
  }
}
