import VimapKit

/// Options that make no sense, and some that are only unusual.
@MainActor enum OptionCases {
  static let all = [
    PoolCase("options.areRefused", areRefused),
    PoolCase("options.numbersOfWorkersAreRefused", numbersOfWorkersAreRefused),
    PoolCase("options.ofAnySize", ofAnySize),
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
      ("maxInFlightPerWorker", "0", { $0.maxInFlightPerWorker = 0 }),
      ("maxUnreadPerWorker", "-1", { $0.maxUnreadPerWorker = -1 }),
      ("windowBytes", "0", { $0.windowBytes = 0 }),
      ("recycleAfter", "0", { $0.recycleAfter = 0 }),
      ("startLimit", "\(Duration.zero)", { $0.startLimit = .zero }),
      ("retries", "-1", { $0.retries = -1 }),
      ("timeLimit", "\(Duration.zero)", { $0.timeLimit = .zero }),
      ("timeLimit", "\(Duration.seconds(-1))", { $0.timeLimit = .seconds(-1) }),
      ("leaveLimit", "\(Duration.seconds(-1))", { $0.leaveLimit = .seconds(-1) }),
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

  private static func expectWorks(_ set: (inout PoolOptions) -> Void) throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let options = PoolOptions.with {
        $0.order = order
        set(&$0)
      }
      let results = try read(try fork(2, options).imap(0..<100))
      try expect("outputs", results.outputs, doubles(0..<100))
    }
  }

  /// As large as they can be; nothing overflows.
  static func ofAnySize() throws {
    try expectWorks { $0.chunk = .max }
    try expectWorks { $0.windowBytes = .max }
    try expectWorks { $0.recycleAfter = .max }
    try expectWorks { $0.retries = .max }
    try expectWorks { $0.timeLimit = .seconds(Int64.max) }
    try expectWorks { $0.startLimit = .seconds(Int64.max) }
    try expectWorks { $0.leaveLimit = .seconds(Int64.max) }
  }

  static func boundsOfAnySize() throws {
    try expectWorks { $0.maxInFlightPerWorker = .max }
    try expectWorks { $0.maxUnreadPerWorker = .max }
  }

  static func leastValues() throws {
    try expectWorks {
      $0.chunk = 1
      $0.maxInFlightPerWorker = 1
      $0.maxUnreadPerWorker = 1
      $0.windowBytes = 1
      $0.recycleAfter = 1
    }
    try expectWorks { $0.windowBytes = 1 }
    let pool = try fork(1, .with { $0.leaveLimit = .zero })
    try expect("outputs", try read(pool.imap(0..<100)).outputs, doubles(0..<100))
  }
}
