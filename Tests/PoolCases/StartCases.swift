import VimapKit

/// Workers that cannot be set up, and pools that run out of workers.
@MainActor enum StartCases {
  static let all = [
    PoolCase("start.failsInAll", failsInAll),
    PoolCase("start.failsInAllBeforeThereAreInputs", failsInAllBeforeThereAreInputs),
    PoolCase("start.failsInAllAndNobodyReads", failsInAllAndNobodyReads),
    PoolCase("start.failsInOne", failsInOne),
    PoolCase("start.exitsInAll", exitsInAll),
    PoolCase("start.crashesInAll", says: "no license", crashesInAll),
    PoolCase("start.takesTooLong", takesTooLong),
    PoolCase("start.takesTooLongInOne", takesTooLongInOne),
    PoolCase("start.failsInAReplacement", failsInAReplacement),
    PoolCase("start.failsInEveryReplacement", failsInEveryReplacement),
    PoolCase("start.failsFromSomeInputOn", failsFromSomeInputOn),
  ]

  struct NoTable: Error, Codable, Equatable {
    var worker: Int
  }

  /// Doubles its inputs; is not set up where `fails` says so, and dies over the inputs `dies` names.
  struct Starter: Worker {
    let number: Int
    let fails: @Sendable (Int) -> Bool
    var dies: @Sendable (Int) -> Bool = { _ in false }

    func start() throws {
      if fails(number) { throw NoTable(worker: number) }
    }

    func process(_ input: Int) -> Int {
      if dies(input) { Surroundings.leave(status: 1) }
      return 2 * input
    }
  }

  /// Expects a mapping to end with an error that says that no worker is left.
  /// - Returns: the reason.
  @discardableResult
  static func expectLoss(
    _ body: () async throws -> Void, file: StaticString = #fileID, line: UInt = #line
  ) async throws -> String {
    do {
      try await body()
    } catch PoolError.noWorkerLeft(let reason) {
      return reason
    }
    throw Failure("it ends as if all were mapped", file, line)
  }

  private static func drain(_ mapping: Mapping<Int, Int>) throws {
    _ = try mapping.drainSynchronously()
  }

  static func failsInAll() async throws {
    for loop in Loop.allCases {
      let notices = Notices()
      let pool = try Pool.fork(jobs: 3, options: notices.options()) {
        Starter(number: $0) { _ in true }
      }
      let reason = try await expectLoss { _ = try await loop.read(pool.imap(0..<100).results) }
      try expect(reason.contains("NoTable(worker:"), "reason: \(reason)")
      try await expectLoss { _ = try await loop.read(pool.imap(0..<100)) }
      try await expectLoss { try drain(pool.imap(0..<100)) }
      try expect("failed inputs", pool.progress.failed, 0)
      let errors = notices.failedStarts
      try expect("workers", Set(errors.map(\.worker)), [0, 1, 2])
      for error in errors {
        try expect("kind", error.kind, .startFailed)
        try expect("record", error.record, nil)
        let worker = try need("worker", error.worker)
        try expect("value", error.value(as: NoTable.self), NoTable(worker: worker))
      }
      try shut(pool)
    }
  }

  static func failsInAllBeforeThereAreInputs() async throws {
    let pool = try Pool.fork(jobs: 2) { Starter(number: $0) { _ in true } }
    try await expectLoss { try pool.imap([]).forEach { _, _ in } }
    try shut(pool)
    try expect("closed", pool.isClosed, true)
  }

  static func failsInAllAndNobodyReads() throws {
    let pool = try Pool.fork(jobs: 3) { Starter(number: $0) { _ in true } }
    _ = try pool.imap(0..<10)
  }

  static func failsInOne() async throws {
    for loop in Loop.allCases {
      let notices = Notices()
      let pool = try Pool.fork(jobs: 3, options: notices.options()) {
        Starter(number: $0) { $0 == 1 }
      }
      let results = try await loop.read(pool.imap(0..<100).results)
      try expect("outputs", results.outputs, doubles(0..<100))
      try shut(pool)
      try expect("workers that failed", notices.failedStarts.map(\.worker), [1])
    }
  }

  /// One that ends without a word.
  struct Deserter: Worker {
    var crashes = false

    func start() {
      if crashes { fatalError("no license") }
      Surroundings.leave(status: 3)
    }

    func process(_ input: Int) -> Int { input }
  }

  static func exitsInAll() async throws {
    let pool = try Pool.fork([Deserter(), Deserter()])
    let reason = try await expectLoss { try pool.imap(0..<1000).forEach { _, _ in } }
    try expect(reason.contains("exited with status 3 before it was ready"), "reason: \(reason)")
    try await expectLoss { _ = try readNothing(pool.imap(0..<1000).results) }
  }

  private static func readNothing<Output>(_ results: MappingResults<Int, Output>) throws {
    try results.forEach { input, _ in try expect(false, "a result for \(input)") }
  }

  static func crashesInAll() async throws {
    let notices = Notices()
    let pool = try Pool.fork([Deserter(crashes: true)], options: notices.options())
    let reason = try await expectLoss { try pool.imap(0..<1000).forEach { _, _ in } }
    try expect(reason.contains("Fatal error: no license"), "reason: \(reason)")
    try expect(!notices.failedStarts.isEmpty, "nothing is told")
    try expect(
      notices.failedStarts.allSatisfy { $0.lastWords?.contains("no license") == true },
      "notices: \(notices.failedStarts)")
  }

  /// One whose `start()` takes for ever, where `isSlow` says so.
  struct Sleeper: Worker {
    let number: Int
    let isSlow: @Sendable (Int) -> Bool

    func start() {
      while isSlow(number) { Surroundings.sleep() }
    }

    func process(_ input: Int) -> Int { 2 * input }
  }

  static func takesTooLong() async throws {
    let notices = Notices()
    let options = notices.options { $0.startLimit = .milliseconds(300) }
    let pool = try Pool.fork(jobs: 2, options: options) { Sleeper(number: $0) { _ in true } }
    let reason = try await expectLoss { try pool.imap(0..<10).forEach { _, _ in } }
    try expect(reason.contains("not ready within 0.3 seconds"), "reason: \(reason)")
    try expect("workers", Set(notices.failedStarts.map(\.worker)), [0, 1])
  }

  static func takesTooLongInOne() throws {
    let notices = Notices()
    let options = notices.options { $0.startLimit = .milliseconds(500) }
    let pool = try Pool.fork(jobs: 3, options: options) { Sleeper(number: $0) { $0 == 1 } }
    try expect("outputs", try read(pool.imap(0..<100)).outputs, doubles(0..<100))
    // It takes as long as that to be noticed.
    while notices.failedStarts.isEmpty {
      try expect("outputs", try read(pool.imap(0..<10)).outputs, doubles(0..<10))
    }
    try expect("workers", notices.failedStarts.map(\.worker), [1])
  }

  /// A worker that takes a dead one's place is given more than one chance.
  static func failsInAReplacement() throws {
    let starts = try SharedPipe(1)
    let failures = try SharedPipe(2)
    let notices = Notices()
    let pool = try Pool.fork(jobs: 1, options: notices.options()) {
      Starter(number: $0) { _ in
        starts.take() == nil && failures.take() != nil
      } dies: {
        $0 == 5
      }
    }
    let results = try read(pool.imap(0..<20).results)
    try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 5 }))
    try expect("kind", results.errors[5]?.kind, .died)
    try expect("failures", notices.failedStarts.count, 2)
  }

  static func failsInEveryReplacement() async throws {
    let starts = try SharedPipe(1)
    let pool = try Pool.fork(jobs: 1) {
      Starter(number: $0) { _ in
        starts.take() == nil
      } dies: {
        $0 == 5
      }
    }
    var results = Results<Int, Int>()
    let reason = try await expectLoss {
      try pool.imap(0..<1_000_000).results.forEach { try results.add($0, $1) }
    }
    try expect(reason.contains("NoTable"), "reason: \(reason)")
    try expect("outputs", results.outputs, doubles(0..<5))
    try expect("kind", results.errors[5]?.kind, .died)
    let others = results.errors.filter { $0.key != 5 }
    try expect(others.values.allSatisfy { $0.kind == .noWorker }, "errors: \(others)")
    try expect("inputs", results.order.sorted(), Array(0..<results.order.count))
    try expect(results.order.count < 1_000_000, "inputs are taken that no worker is left for")
  }

  /// Every worker ends over input 50 and is not set up again.
  static func failsFromSomeInputOn() async throws {
    for loop in Loop.allCases {
      let starts = try SharedPipe(2)
      let pool = try Pool.fork(jobs: 2) {
        Starter(number: $0) { _ in
          starts.take() == nil
        } dies: {
          $0 >= 50
        }
      }
      var seen = 0
      do {
        try await loop.walk(pool.imap(0..<1000)) { _, _ in
          seen += 1
          return true
        }
        try expect(false, "it ends as if all were mapped")
      } catch is WorkerError {}
      try await expectLoss { try pool.imap(0..<1000).results.forEach { _, _ in } }
      try expect(seen <= 50, "\(seen) results")
    }
  }
}
