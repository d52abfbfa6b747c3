import Glibc
import Synchronization
import VimapKit

/// Pools that are given inputs more than once, also at the same time.
@MainActor enum ReuseCases {
  static let all = [
    PoolCase("reuse.keepsTheWorkers", keepsTheWorkers),
    PoolCase("reuse.behindAnEarlyEnd", behindAnEarlyEnd),
    PoolCase("reuse.isReadInAnyOrder", isReadInAnyOrder),
    PoolCase("reuse.inTurns", inTurns),
    PoolCase("reuse.whileALoopRuns", whileALoopRuns),
    PoolCase("reuse.ofOneMapping", ofOneMapping),
    PoolCase("reuse.afterClosing", afterClosing),
    PoolCase("reuse.ofTheSamePoolInItsInputs", ofTheSamePoolInItsInputs),
    PoolCase("reuse.aStalledReaderHoldsNobodyUp", aStalledReaderHoldsNobodyUp),
    PoolCase("reuse.byManyTasks", byManyTasks),
    PoolCase("reuse.byManyTasksInOrder", byManyTasksInOrder),
    PoolCase("reuse.byManyThreads", byManyThreads),
    PoolCase("reuse.byManyTasksWithDeaths", byManyTasksWithDeaths),
    PoolCase("reuse.byTasksThatLeave", byTasksThatLeave),
    PoolCase("reuse.byAnActor", byAnActor),
    PoolCase("reuse.pretransform", pretransform),
    PoolCase("reuse.pretransformThatThrows", pretransformThatThrows),
    PoolCase("reuse.pretransformKeepsWhatCannotTravel", pretransformKeepsWhatCannotTravel),
  ]

  private static func doublers(_ options: PoolOptions = PoolOptions()) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 3, options: options) { 2 * $0 }
  }

  static func keepsTheWorkers() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, pid_t>.fork(jobs: 2) { _ in getpid() }
      var processes: Set<pid_t> = []
      for _ in 0..<20 {
        let results = try await loop.read(pool.imap(0..<50))
        try expect("outputs", results.outputs.count, 50)
        processes.formUnion(results.outputs.values)
        try expect("in flight", pool.progress.inFlight, 0)
      }
      try expect(processes.count <= 2, "\(processes.count) processes")
      try shut(pool)
      try expect("closed", pool.isClosed, true)
    }
  }

  /// What a loop left unread, nobody reads.
  static func behindAnEarlyEnd() async throws {
    for loop in Loop.allCases {
      for order in [PoolOptions.Order.unordered, .ordered] {
        let options = PoolOptions.with {
          $0.order = order
          $0.allowsThreads = true
        }
        let pool = try doublers(options)
        for length in [1, 31, 32, 33, 100] {
          var seen = 0
          try await loop.walk(pool.imap(0..<500)) { _, _ in
            seen += 1
            return seen < length
          }
          try expect("results", seen, length)
        }
        let results = try await loop.read(pool.imap(1000..<1200))
        try expect("outputs", results.outputs, doubles(1000..<1200))
        try expect("in flight", pool.progress.inFlight < 3000, true)
      }
    }
  }

  // MARK: Several at once

  static func isReadInAnyOrder() throws {
    let pool = try doublers(.ordered)
    let mappings = try (0..<5).map { number in
      try pool.imap((100 * number)..<(100 * number + 100))
    }
    for number in [3, 0, 4, 1, 2] {
      let order = try read(mappings[number]).order
      try expect("order", order, Array((100 * number)..<(100 * number + 100)))
    }
  }

  static func inTurns() throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let pool = try doublers(.with { $0.order = order })
      let cursors = try (0..<3).map { number in
        try pool.imap((1000 * number)..<(1000 * number + 1000)).cursor()
      }
      var all = Results<Int, Int>()
      for _ in 0..<1000 {
        for (number, cursor) in cursors.enumerated() {
          let (input, output) = try need("result", try cursor.next())
          try expect("mapping", input / 1000, number)
          try all.add(input, .success(output))
        }
      }
      for cursor in cursors { try expect("behind the last", try cursor.next() == nil, true) }
      try expect("outputs", all.outputs, doubles(0..<3000))
    }
  }

  /// A loop's results can be inputs of other loops meanwhile.
  static func whileALoopRuns() throws {
    let pool = try doublers()
    var found: [Int] = []
    try pool.imap([1, 10, 100]).forEach { _, output in
      try pool.imap([output]).forEach { input, output in found += [input, output] }
    }
    try expect("found", found.sorted(), [2, 4, 20, 40, 200, 400])
  }

  static func ofOneMapping() throws {
    let pool = try doublers()
    let mapping = try pool.imap(0..<10)
    try expect("first", try read(mapping).order.sorted(), Array(0..<10))
    try expect("error", try expectThrow(PoolError.self) { _ = try read(mapping) }, .alreadyRead)
    let results = try expectThrow(PoolError.self) { _ = try read(mapping.results) }
    try expect("error", results, .alreadyRead)
  }

  static func afterClosing() throws {
    let pool = try doublers()
    try pool.closeSynchronously()
    try expect("error", try expectThrow(PoolError.self) { _ = try pool.imap([1]) }, .closed)
    let other = try doublers()
    _ = try other.drainSynchronously([1])
    try other.closeSynchronously()
    try expect("error", try expectThrow(PoolError.self) { _ = try other.imap([1]) }, .closed)
  }

  /// Taking an input may itself read results of the pool.
  static func ofTheSamePoolInItsInputs() throws {
    let pool = try doublers()
    let inner = try pool.imap(0..<500).cursor()
    let outer = try pool.imap(reading: { try inner.next()?.output })
    try expect("outputs", try outputs(outer).sorted(), (0..<500).map { 4 * $0 })
  }

  /// Results that nobody takes keep no worker from what others want.
  static func aStalledReaderHoldsNobodyUp() throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let pool = try Pool<Int, String>.fork(jobs: 2, options: .with { $0.order = order }) {
        String(repeating: "x", count: 20_000 + $0)
      }
      let stalled = try (0..<4).map { _ in try pool.imap(0..<2000).cursor() }
      for cursor in stalled { try expect(try cursor.next() != nil, "there is no result") }
      for _ in 0..<3 {
        var seen = 0
        try pool.imap(0..<1000).forEach { input, output in
          try expect("length", output.utf8.count, 20_000 + input)
          seen += 1
        }
        try expect("results", seen, 1000)
      }
      for cursor in stalled {
        var count = 1
        while let (input, output) = try cursor.next() {
          try expect("length", output.utf8.count, 20_000 + input)
          count += 1
        }
        try expect("results", count, 2000)
      }
    }
  }

  /// Has tasks map some inputs each, through one pool.
  private static func expectEachItsOwn(
    _ pool: Pool<Int, Int>, tasks: Int, inputs: Int, rounds: Int = 1, mayDie: Bool = false,
    isOrdered: Bool = false
  ) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var deaths = 0
          for round in 0..<rounds {
            let first = (task * rounds + round) * inputs
            var all = Results<Int, Int>()
            for try await (input, result) in try pool.imap(first..<(first + inputs)).results {
              try all.add(input, result)
            }
            try expect("results", all.order.sorted(), Array(first..<(first + inputs)))
            if isOrdered { try expect("order", all.order, Array(first..<(first + inputs))) }
            for (input, output) in all.outputs { try expect("output", output, 2 * input) }
            for (input, error) in all.errors {
              try expect(mayDie && error.kind == .died, "input \(input): \(error)")
              try expect("record", error.record, input - first)
            }
            deaths += all.errors.count
          }
          return deaths
        }
      }
      var deaths = 0
      for try await count in group { deaths += count }
      return deaths
    }
  }

  static func byManyTasks() async throws {
    let pool = try doublers()
    _ = try await expectEachItsOwn(pool, tasks: 8, inputs: 3)
    _ = try await expectEachItsOwn(pool, tasks: 50, inputs: 1, rounds: 20)
    _ = try await expectEachItsOwn(pool, tasks: 8, inputs: 5000)
    try expect("in flight", pool.progress.inFlight, 0)
    try await pool.close()
  }

  static func byManyTasksInOrder() async throws {
    let pool = try doublers(.ordered)
    _ = try await expectEachItsOwn(pool, tasks: 8, inputs: 3, isOrdered: true)
    _ = try await expectEachItsOwn(pool, tasks: 8, inputs: 3000, isOrdered: true)
    try await pool.close()
  }

  /// Readers that hold up their threads, among tasks.
  static func byManyThreads() async throws {
    let pool = try doublers()
    let failures = Mutex<[String]>([])
    var threads: [pthread_t] = []
    for number in 0..<4 {
      let body = ThreadBody {
        do {
          for round in 0..<20 {
            let first = 100_000 * number + 1000 * round
            let results = try read(try pool.imap(first..<(first + 500)))
            try expect("outputs", results.outputs, doubles(first..<(first + 500)))
          }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      threads.append(try body.start())
    }
    _ = try await expectEachItsOwn(pool, tasks: 4, inputs: 1000, rounds: 5)
    for thread in threads { pthread_join(thread, nil) }
    try expect("failures", failures.withLock { $0 }, [])
    try await pool.close()
  }

  /// 20,000 inputs and a hundred kills: each task gets exactly its own.
  static func byManyTasksWithDeaths() async throws {
    let deaths = try SharedPipe(100)
    let pool = try Pool<Int, Int>.fork(jobs: 3) { input in
      if input % 200 == 77, deaths.take() != nil { kill(getpid(), SIGKILL) }
      return 2 * input
    }
    let died = try await expectEachItsOwn(pool, tasks: 8, inputs: 2500, mayDie: true)
    try expect("deaths", died, 100)
    try expect("left", deaths.count(), 0)
    try await pool.close()
  }

  /// Some tasks leave early and some are cancelled; the others get all of theirs.
  static func byTasksThatLeave() async throws {
    let pool = try doublers()
    let leavers = (0..<8).map { number in
      Task.detached {
        for _ in 0..<50 {
          var seen = 0
          for try await _ in try pool.imap(0..<10_000) {
            seen += 1
            if seen == 10 * number + 1 { break }
          }
        }
      }
    }
    let cancelled = (0..<4).map { _ in
      Task.detached { for try await _ in try pool.imap(0...) {} }
    }
    _ = try await expectEachItsOwn(pool, tasks: 4, inputs: 2000, rounds: 3)
    for task in cancelled { task.cancel() }
    for task in leavers { try await task.value }
    for task in cancelled {
      do { try await task.value } catch is CancellationError {}
    }
    _ = try await expectEachItsOwn(pool, tasks: 4, inputs: 500)
    try await pool.close()
  }

  static func byAnActor() async throws {
    actor Service {
      private let pool: Pool<Int, Int>
      init(_ pool: Pool<Int, Int>) { self.pool = pool }

      func sum(_ inputs: Range<Int>) async throws -> Int {
        var sum = 0
        for try await (_, output) in try pool.imap(inputs) { sum += output }
        return sum
      }

      func close() async throws { try await pool.close() }
    }
    let service = Service(try doublers())
    async let one = service.sum(0..<1000)
    async let other = service.sum(0..<10)
    try expect("sums", [try await one, try await other], [999_000, 90])
    try await service.close()
  }

  // MARK: Pretransform

  static func pretransform() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      let words = ["", "a", "bc", "def"]
      let results = try await loop.read(pool.imap(words, pretransform: { $0.utf8.count }))
      try expect("outputs", results.outputs, ["": 0, "a": 2, "bc": 4, "def": 6])
    }
  }

  static func pretransformThatThrows() async throws {
    struct TooLong: Error {}
    for loop in Loop.allCases {
      let pool = try doublers()
      let mapping = try pool.imap(["a", "bcd", "e"]) { word in
        if word.utf8.count > 2 { throw TooLong() }
        return word.utf8.count
      }
      let results = try await loop.read(mapping.results)
      try expect("outputs", results.outputs, ["a": 2, "e": 2])
      let error = try need("error", results.errors["bcd"])
      try expect("kind", error.kind, .unsendableInput)
      try expect("record", error.record, 1)
      try expect("type", error.typeName, "TooLong")
    }
  }

  static func pretransformKeepsWhatCannotTravel() throws {
    final class Handle {
      let number: Int
      var output: Int?
      init(_ number: Int) { self.number = number }
    }
    let handles = (0..<100).map(Handle.init)
    let mapping = try doublers().imap(handles, pretransform: { $0.number })
    try mapping.forEach { $0.output = $1 }
    try expect("outputs", handles.map(\.output), (0..<100).map { 2 * $0 })
  }
}

/// Something that a thread does.
final class ThreadBody: Sendable {
  private let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  func start() throws -> pthread_t {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context)
    try expect("pthread_create", status, 0)
    return thread
  }
}
