import Glibc
import Synchronization
import VimapKit

/// The forms in which workers are given to a pool.
@MainActor enum FormCases {
  static let all = [
    PoolCase("forms.workerWithState", workerWithState),
    PoolCase("forms.finishIsCalled", finishIsCalled),
    PoolCase("forms.workersWithBoundArguments", workersWithBoundArguments),
    PoolCase("forms.boundClosuresAndDescriptors", boundClosuresAndDescriptors),
    PoolCase("forms.numberedWorkers", numberedWorkers),
    PoolCase("forms.identicalWorkers", identicalWorkers),
    PoolCase("forms.chunkedWorkers", chunkedWorkers),
    PoolCase("forms.closure", closure),
    PoolCase("forms.methodOfAnInstance", methodOfAnInstance),
    PoolCase("forms.classAsWorker", classAsWorker),
    PoolCase("forms.nothingIsShared", nothingIsShared),
    PoolCase("forms.asManyWorkersAsProcessors", asManyWorkersAsProcessors),
    PoolCase("forms.asynchronousWorkers", asynchronousWorkers),
    PoolCase("forms.withWorkers", withWorkers),
    PoolCase("forms.withWorkersThatThrow", withWorkersThatThrow),
  ]

  /// Adds up what it is given, and tells of its life.
  struct Adder: Worker {
    struct Refused: Error {}
    let diary: SharedPipe
    var sum = 0

    mutating func start() {
      sum = 1000
      diary.put("s")
    }

    mutating func process(_ input: Int) throws -> Int {
      if input < 0 { throw Refused() }
      sum += input
      return sum
    }

    mutating func finish() { diary.put(sum == 1000 + 6 ? "f" : "?") }
  }

  static func workerWithState() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.fork([Adder(diary: diary)])
      let results = try await loop.read(pool.imap([1, 2, 3]))
      try expect("outputs", results.outputs, [1: 1001, 2: 1003, 3: 1006])
      try shut(pool)
      try expect("diary", diary.takeAll(), "sf")
    }
  }

  /// Also after an error, and where a worker had nothing to do.
  static func finishIsCalled() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.fork([Adder(diary: diary)])
      let results = try await loop.read(pool.imap([1, -1, 5, -2]).results)
      try expect("errors", results.errors.keys.sorted(), [-2, -1])
      try shut(pool)
      try expect("diary", diary.takeAll(), "sf")
    }
    let diary = try SharedPipe()
    let options = PoolOptions.with { $0.allowsThreads = true }
    let pool = try Pool.fork([Adder(diary: diary, sum: 0)], options: options)
    try expect("results", try read(pool.imap([]).results).order, [])
    try shut(pool)
    try expect("diary of an idle worker", diary.takeAll(), "s?")
  }

  struct Offset: Worker {
    let offset: Int
    func process(_ input: Int) -> Int { input + offset }
  }

  static func workersWithBoundArguments() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.fork([100, 200, 300].map { Offset(offset: $0) })
      let results = try await loop.read(pool.imap(0..<100))
      try expect("inputs", results.outputs.count, 100)
      let offsets = Set(results.outputs.map { $0.value - $0.key })
      try expect(offsets.isSubset(of: [100, 200, 300]), "offsets: \(offsets)")
    }
  }

  /// What cannot be encoded is inherited.
  static func boundClosuresAndDescriptors() async throws {
    struct Bound: Worker {
      let change: @Sendable (Int) -> Int
      let tokens: SharedPipe

      func process(_ input: Int) -> Int { change(input) + (tokens.take() == nil ? 0 : 1000) }
    }
    for loop in Loop.allCases {
      let tokens = try SharedPipe(1)
      let factors = [3, 3, 3]
      let pool = try Pool.fork(
        factors.map { factor in Bound(change: { $0 * factor }, tokens: tokens) })
      let results = try await loop.read(pool.imap(1...20))
      try expect("outputs", results.outputs.values.reduce(0, +), 3 * 210 + 1000)
    }
  }

  static func numberedWorkers() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.fork(jobs: 4) { Offset(offset: 1000 * $0) }
      let results = try await loop.read(pool.imap(0..<100))
      try expect("inputs", results.outputs.count, 100)
      for (input, output) in results.outputs {
        try expect((0..<4).contains(output / 1000), "worker \(output / 1000)")
        try expect("output", output % 1000, input)
      }
    }
  }

  static func identicalWorkers() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Offset(offset: 7), jobs: 3)
      let results = try await loop.read(pool.imap(0..<100))
      for (input, output) in results.outputs { try expect("output", output, input + 7) }
    }
  }

  /// Each chunk goes to one process, and is as large as was said.
  static func chunkedWorkers() async throws {
    struct Who: Worker {
      func process(_ input: Int) -> pid_t { getpid() }
    }
    for loop in Loop.allCases {
      let pool = try Pool.fork([Who(), Who(), Who()], options: .with { $0.chunk = 3 })
      let results = try await loop.read(pool.imap(0..<31))
      try expect("inputs", results.outputs.count, 31)
      for first in stride(from: 0, to: 31, by: 3) {
        let processes = Set((first..<min(31, first + 3)).map { results.outputs[$0] })
        try expect("processes that had a chunk", processes.count, 1)
      }
    }
  }

  static func closure() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<String, [String]>.fork(jobs: 2) { input in
        Array(repeating: input, count: 2)
      }
      let results = try await loop.read(pool.imap(["a", "b", "c"]))
      try expect(
        "outputs", results.outputs, ["a": ["a", "a"], "b": ["b", "b"], "c": ["c", "c"]])
    }
  }

  final class Instance: Sendable {
    let table: [@Sendable () -> Int]
    init(_ table: [@Sendable () -> Int]) { self.table = table }

    func work(_ input: Int) throws -> Int { input + (table.last?() ?? 0) }
  }

  static func methodOfAnInstance() async throws {
    let instance = Instance([{ 3 }, { 7 }])
    for loop in Loop.allCases {
      let pool = try Pool.fork(jobs: 3, map: instance.work)
      let results = try await loop.read(pool.imap([2100, 2200, 2300]))
      try expect("outputs", results.outputs, [2100: 2107, 2200: 2207, 2300: 2307])
    }
  }

  static func classAsWorker() throws {
    final class Counter: Worker {
      var count = 0
      func process(_ input: Int) -> Int {
        count += 1
        return count
      }
    }
    let pool = try Pool.fork([Counter()], options: .ordered)
    try expect("outputs", try read(pool.imap([7, 8, 9])).outputs, [7: 1, 8: 2, 9: 3])
  }

  /// What the program changes after the fork, workers do not see; nor those that come later.
  static func nothingIsShared() throws {
    let offset = Mutex(1)
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: .with { $0.recycleAfter = 1 }) { input in
      input + offset.withLock { $0 }
    }
    offset.withLock { $0 = 100 }
    let results = try read(pool.imap(0..<5))
    try expect("outputs", results.outputs, [0: 1, 1: 2, 2: 3, 3: 4, 4: 5])
  }

  static func asManyWorkersAsProcessors() throws {
    let starts = try SharedPipe()
    struct Present: Worker {
      let starts: SharedPipe
      func start() { starts.put() }
      func process(_ input: Int) -> Int { input }
    }
    let pool = try Pool.fork { _ in Present(starts: starts) }
    try expect("inputs", try read(pool.imap(0..<10)).order.count, 10)
    try pool.closeSynchronously()
    try expect("workers", starts.count(), sysconf(CInt(_SC_NPROCESSORS_ONLN)))
  }

  // MARK: Asynchronous workers

  struct Waiting: AsyncWorker {
    let diary: SharedPipe
    var offset = 0

    mutating func start() async throws {
      await Task.yield()
      offset = 100
      diary.put("s")
    }

    mutating func process(_ input: Int) async throws -> Int {
      if input % 10 == 3 { throw Adder.Refused() }
      // Two things at once.
      async let one = twice(input)
      async let other = twice(input)
      return try await one + other + offset
    }

    private nonisolated func twice(_ input: Int) async throws -> Int {
      try await Task.sleep(for: .microseconds(10))
      return 2 * input
    }

    func finish() async throws { diary.put("f") }
  }

  static func asynchronousWorkers() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.fork([Waiting(diary: diary), Waiting(diary: diary)])
      let results = try await loop.read(pool.imap(0..<100).results)
      try expect("errors", results.errors.count, 10)
      for (input, output) in results.outputs { try expect("output", output, 4 * input + 100) }
      try shut(pool)
      try expect("diary", String(diary.takeAll().sorted()), "ffss")
    }
  }

  // MARK: Pools that close by themselves

  static func withWorkers() async throws {
    let diary = try SharedPipe()
    let adders = [Adder(diary: diary)]
    let sum = try await Pool.withWorkers(adders) { pool in
      var last = 0
      for try await (_, sum) in try pool.imap([1, 2, 3]) { last = sum }
      return last
    }
    try expect("sum", sum, 1006)
    try expect("diary", diary.takeAll(), "sf")
  }

  static func withWorkersThatThrow() async throws {
    let diary = try SharedPipe()
    let adders = [Adder(diary: diary)]
    do {
      try await Pool.withWorkers(adders) { pool in
        for try await _ in try pool.imap([1, -1]) {}
      }
      try expect(false, "nothing is thrown")
    } catch let error as WorkerError {
      try expect("input", error.record, 1)
    }
    try expect("diary", diary.takeAll(), "s?")
  }
}
