import Glibc
import VimapKit

/// Workers that are replaced because they are late or have had enough, and inputs tried again.
@MainActor enum ReplacementCases {
  static let all = [
    PoolCase("replacement.ofALateWorker", ofALateWorker),
    PoolCase("replacement.ofALateWorkerWithAChunk", ofALateWorkerWithAChunk),
    PoolCase("replacement.lateOnceIsRetried", lateOnceIsRetried),
    PoolCase("replacement.alwaysLate", alwaysLate),
    PoolCase("replacement.afterSomeInputs", afterSomeInputs),
    PoolCase("replacement.afterEachInput", afterEachInput),
    PoolCase("replacement.afterSomeInputsWithChunks", afterSomeInputsWithChunks),
    PoolCase("replacement.callsFinish", callsFinish),
    PoolCase("replacement.ofAWorkerThatAsksForIt", ofAWorkerThatAsksForIt),
    PoolCase("retries.ofThrownErrors", ofThrownErrors),
    PoolCase("retries.ofSomeThrownErrors", ofSomeThrownErrors),
    PoolCase("retries.keepTheOrder", keepTheOrder),
    PoolCase("retries.ofEveryInputOnce", ofEveryInputOnce),
  ]

  struct Passing: Error, Codable {}
  struct Lasting: Error, Codable {}

  nonisolated private static func getStuck() {
    while true { pause() }
  }

  /// Enough for a worker that is not stuck, however busy the machine is.
  private static let timeLimit = Duration.milliseconds(500)

  // MARK: Late workers

  static func ofALateWorker() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(
        jobs: 2, options: .with { $0.timeLimit = timeLimit }
      ) { input in
        if input == 5 { getStuck() }
        return 2 * input
      }
      let results = try await loop.read(pool.imap(0..<30).results)
      try expect("inputs with an error", Array(results.errors.keys), [5])
      try expect("kind", results.errors[5]?.kind, .timedOut)
      try expect("record", results.errors[5]?.record, 5)
      try expect("attempts", results.errors[5]?.attempts, 1)
      try expect("outputs", results.outputs, doubles((0..<30).filter { $0 != 5 }))
    }
  }

  static func ofALateWorkerWithAChunk() throws {
    let pool = try Pool<Int, Int>.fork(
      jobs: 1,
      options: .with {
        $0.timeLimit = timeLimit
        $0.chunk = 10
        $0.order = .ordered
      }
    ) { input in
      if input == 5 || input == 6 { getStuck() }
      return 2 * input
    }
    let results = try read(pool.imap(0..<30).results)
    try expect("order", results.order, Array(0..<30))
    try expect("inputs with an error", results.errors.keys.sorted(), [5, 6])
    try expect("kinds", Set(results.errors.values.map(\.kind)), [.timedOut])
  }

  static func lateOnceIsRetried() throws {
    let delays = try SharedPipe(1)
    let pool = try Pool<Int, Int>.fork(
      jobs: 2,
      options: .with {
        $0.timeLimit = timeLimit
        $0.retries = 1
      }
    ) { input in
      if input == 5, delays.take() != nil { getStuck() }
      return 2 * input
    }
    try expect("outputs", try read(pool.imap(0..<30)).outputs, doubles(0..<30))
    try expect("delays left", delays.count(), 0)
  }

  static func alwaysLate() throws {
    let pool = try Pool<Int, Int>.fork(
      jobs: 2,
      options: .with {
        $0.timeLimit = .milliseconds(200)
        $0.retries = 2
      }
    ) { _ in
      getStuck()
      return 0
    }
    let results = try read(pool.imap(0..<2).results)
    for input in 0..<2 {
      try expect("kind", results.errors[input]?.kind, .timedOut)
      try expect("attempts", results.errors[input]?.attempts, 3)
    }
  }

  // MARK: Workers that have had enough

  /// Expects every input to have been answered, and no process to have answered more than `most`.
  private static func expectChanges(
    _ results: Results<Int, pid_t>, inputs: Int, most: Int
  ) throws {
    try expect("outputs", results.outputs.count, inputs)
    for (process, count) in Dictionary(grouping: results.outputs.values, by: \.self) {
      try expect(count.count <= most, "process \(process) had \(count.count) inputs of \(most)")
    }
  }

  static func afterSomeInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, pid_t>.fork(
        jobs: 3, options: .with { $0.recycleAfter = 10 }
      ) { _ in getpid() }
      let results = try await loop.read(pool.imap(0..<200))
      try expectChanges(results, inputs: 200, most: 10)
    }
  }

  static func afterEachInput() throws {
    let pool = try Pool<Int, pid_t>.fork(
      jobs: 2, options: .with { $0.recycleAfter = 1 }
    ) { _ in getpid() }
    try expectChanges(try read(pool.imap(0..<30)), inputs: 30, most: 1)
  }

  static func afterSomeInputsWithChunks() throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let pool = try Pool<Int, pid_t>.fork(
        jobs: 2,
        options: .with {
          $0.recycleAfter = 10
          $0.chunk = 4
          $0.order = order
        }
      ) { _ in getpid() }
      try expectChanges(try read(pool.imap(0..<100)), inputs: 100, most: 10)
    }
  }

  /// Says when it is set up and cleaned up, and asks to be replaced where `enough` says so.
  struct Diarist: Worker {
    let diary: SharedPipe
    var enough: @Sendable (Int) -> Bool = { _ in false }

    func start() { diary.put("s") }

    func process(_ input: Int) throws -> pid_t {
      if enough(input) { throw LastError(Lasting()) }
      return getpid()
    }

    func finish() { diary.put("f") }
  }

  static func callsFinish() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(
      Diarist(diary: diary), jobs: 2, options: .with { $0.recycleAfter = 5 })
    let results = try read(pool.imap(0..<50))
    try pool.closeSynchronously()
    let entries = diary.takeAll()
    let starts = entries.count { $0 == "s" }
    try expect("workers cleaned up", entries.count { $0 == "f" }, starts)
    try expect(starts >= Set(results.outputs.values).count, "too few were set up: \(entries)")
  }

  static func ofAWorkerThatAsksForIt() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(
        Diarist(diary: diary) { $0 % 10 == 3 }, jobs: 1, options: .ordered)
      let results = try await loop.read(pool.imap(0..<30).results)
      try expect("order", results.order, Array(0..<30))
      try expect("inputs with an error", results.errors.keys.sorted(), [3, 13, 23])
      try expect("kinds", Set(results.errors.values.map(\.kind)), [.thrown])
      try expect(results.errors[3]?.value(as: Lasting.self) != nil, "the error: \(results.errors)")
      // A worker each before and behind the three.
      try expect("processes", Set(results.outputs.values).count, 4)
      try shut(pool)
      try expect("diary", diary.takeAll(), "sfsfsfsf")
    }
  }

  // MARK: Tries

  static func ofThrownErrors() async throws {
    for loop in Loop.allCases {
      let failures = try SharedPipe(2)
      let pool = try Pool<Int, Int>.fork(
        jobs: 2, options: .with { $0.retries = 2 }
      ) { input in
        if input == 7, failures.take() != nil { throw Passing() }
        if input == 8 { throw Lasting() }
        return 2 * input
      }
      let results = try await loop.read(pool.imap(0..<20).results)
      try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 8 }))
      try expect("inputs with an error", Array(results.errors.keys), [8])
      try expect("attempts", results.errors[8]?.attempts, 3)
    }
  }

  static func ofSomeThrownErrors() throws {
    let pool = try Pool<Int, Int>.fork(
      jobs: 2,
      options: .with {
        $0.retries = 3
        $0.retryWhen = { $0.value(as: Passing.self) != nil }
      }
    ) { input in
      if input == 7 { throw Passing() }
      if input == 8 { throw Lasting() }
      return 2 * input
    }
    let results = try read(pool.imap(0..<20).results)
    try expect("attempts worth it", results.errors[7]?.attempts, 4)
    try expect("attempts not worth it", results.errors[8]?.attempts, 1)
    try expect("outputs", results.outputs.count, 18)
  }

  static func keepTheOrder() async throws {
    for loop in Loop.allCases {
      let failures = try SharedPipe(20)
      let pool = try Pool<Int, Int>.fork(
        jobs: 3,
        options: .with {
          $0.retries = 20
          $0.order = .ordered
        }
      ) { input in
        if input % 7 == 0, failures.take() != nil { throw Passing() }
        return 2 * input
      }
      let results = try await loop.read(pool.imap(0..<200))
      try expect("order", results.order, Array(0..<200))
      try expect("failures left", failures.count(), 0)
    }
  }

  /// Every input fails the first time: each process remembers which it has had.
  static func ofEveryInputOnce() throws {
    struct Forgetful: Worker {
      var seen: Set<Int> = []

      mutating func process(_ input: Int) throws -> Int {
        if seen.insert(input).inserted { throw Passing() }
        return 2 * input
      }
    }
    for chunk in [nil, 16] {
      let pool = try Pool.fork(
        [Forgetful()],
        options: .with {
          $0.retries = 1
          $0.chunk = chunk
        })
      try expect("outputs", try read(pool.imap(0..<300)).outputs, doubles(0..<300))
    }
  }
}
