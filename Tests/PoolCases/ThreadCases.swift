import Glibc
import VimapKit

/// Pools in programs with threads and tasks.
@MainActor enum ThreadCases {
  static let all = [
    PoolCase("threads.areRefused", areRefused),
    PoolCase("threads.ofTasksAreRefused", ofTasksAreRefused),
    PoolCase("threads.thatHaveEnded", thatHaveEnded),
    PoolCase("threads.tasksBefore", tasksBefore),
    PoolCase("threads.tasksMeanwhile", tasksMeanwhile),
    PoolCase("threads.tasksMeanwhileInAPlainLoop", tasksMeanwhileInAPlainLoop),
    PoolCase("threads.twoPools", twoPools),
    PoolCase("threads.twoPoolsWaiting", twoPoolsWaiting),
    PoolCase("threads.poolsInEachOther", poolsInEachOther),
    PoolCase("threads.oneOfTwoPoolsCloses", oneOfTwoPoolsCloses),
    PoolCase("threads.exitWithTwoPools", exitWithTwoPools),
    PoolCase("threads.inAnActor", inAnActor),
    PoolCase("threads.inATaskOfTheMainActor", inATaskOfTheMainActor),
    PoolCase("threads.inADetachedTask", inADetachedTask),
    PoolCase("threads.waitingLeavesTheActorFree", waitingLeavesTheActorFree),
    PoolCase("threads.deathOfTheForkServer", deathOfTheForkServer),
  ]

  private static var allowing: PoolOptions { .with { $0.allowsThreads = true } }

  /// A thread that waits at a gate.
  private struct Waiter {
    let gate: SharedPipe
    private var thread = pthread_t()

    init() throws {
      gate = try SharedPipe()
      let context = Unmanaged.passUnretained(gate).toOpaque()
      let status = pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<SharedPipe>.fromOpaque(context).takeUnretainedValue().waitForAny()
          return nil
        }, context)
      try expect("pthread_create", status, 0)
    }

    func end() {
      gate.put()
      pthread_join(thread, nil)
    }
  }

  static func areRefused() throws {
    let waiter = try Waiter()
    defer { waiter.end() }
    let error = try expectThrow(PoolError.self) { _ = try Pool<Int, Int>.fork(jobs: 2) { $0 } }
    try expect("error", error, .threads(count: 2))
    try expect(error.description.contains("2 threads"), "text: \(error)")
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: allowing) { 2 * $0 }
    try expect("outputs", try read(pool.imap(0..<100)).outputs, doubles(0..<100))
  }

  static func ofTasksAreRefused() async throws {
    await Task.detached {}.value
    let error = try expectThrow(PoolError.self) { _ = try Pool<Int, Int>.fork(jobs: 2) { $0 } }
    guard case .threads(let count) = error else { throw error }
    try expect(count > 1, "\(count) threads")
  }

  static func thatHaveEnded() throws {
    try Waiter().end()
    let left = Surroundings.eventually(Surroundings.threads) { $0 == 1 }
    try expect("threads", left, 1)
    let pool = try Pool<Int, Int>.fork(jobs: 2) { 2 * $0 }
    try expect("outputs", try read(pool.imap(0..<100)).outputs, doubles(0..<100))
  }

  // MARK: Tasks

  /// Keeps all threads of the runtime's busy with what takes locks: memory, actors, tasks.
  private static func bustle(_ rounds: Int = .max) -> Task<Int, Never> {
    actor Counter {
      var count = 0
      func add(_ text: String) { count += text.utf8.count }
    }
    return Task.detached {
      let counter = Counter()
      for round in 0..<rounds {
        if Task.isCancelled { break }
        await withTaskGroup(of: Void.self) { group in
          for number in 0..<8 {
            group.addTask {
              let texts = (0..<20).map { String(repeating: "\($0 + round)", count: number + 1) }
              await counter.add(texts.joined())
            }
          }
        }
      }
      return await counter.count
    }
  }

  static func tasksBefore() async throws {
    _ = await bustle(50).value
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2, options: allowing) { 2 * $0 }
      let results = try await loop.read(pool.imap(0..<500))
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  /// Workers die and are replaced while the program's threads are at work.
  static func tasksMeanwhile() async throws {
    let pool = try Pool.forkIdentical(DeathCases.Mortal { $0 % 50 == 49 }, jobs: 2)
    let noise = bustle()
    let results = try await Loop.waiting.read(pool.imap(0..<1000).results)
    noise.cancel()
    try expect("outputs", results.outputs, doubles((0..<1000).filter { $0 % 50 != 49 }))
    try expect("deaths", results.errors.count { $0.value.kind == .died }, 20)
    _ = await noise.value
  }

  static func tasksMeanwhileInAPlainLoop() async throws {
    let pool = try Pool<Int, pid_t>.fork(jobs: 2, options: .with { $0.recycleAfter = 20 }) { _ in
      getpid()
    }
    let noise = bustle()
    let results = try read(pool.imap(0..<1000))
    noise.cancel()
    try expect("outputs", results.outputs.count, 1000)
    try expect(Set(results.outputs.values).count >= 50, "workers are not replaced")
    _ = await noise.value
  }

  // MARK: Several pools

  private static func pool(adding offset: Int) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 2, options: .ordered) { $0 + offset }
  }

  static func twoPools() throws {
    let (one, other) = (try pool(adding: 1), try pool(adding: 1000))
    var count = 0
    let (left, right) = (try one.imap(0..<500).cursor(), try other.imap(0..<500).cursor())
    while let left = try left.next(), let right = try right.next() {
      try expect("one", left.1, count + 1)
      try expect("other", right.1, count + 1000)
      count += 1
    }
    try expect("pairs", count, 500)
    try one.closeSynchronously()
    try other.closeSynchronously()
  }

  static func twoPoolsWaiting() async throws {
    let (one, other) = (try pool(adding: 1), try pool(adding: 1000))
    let task = Task { @MainActor in try await Loop.waiting.read(one.imap(0..<500)) }
    let right = try await Loop.waiting.read(other.imap(0..<500))
    let left = try await task.value
    for input in 0..<500 {
      try expect("one", left.outputs[input], input + 1)
      try expect("other", right.outputs[input], input + 1000)
    }
  }

  /// The results of a pool are another's inputs.
  static func poolsInEachOther() throws {
    let (one, other) = (try pool(adding: 1), try pool(adding: 1000))
    let inner = try one.imap(0..<500).cursor()
    let outer = try other.imap(reading: { try inner.next()?.output })
    try expect("outputs", try outputs(outer), (0..<500).map { $0 + 1001 })
  }

  static func oneOfTwoPoolsCloses() throws {
    let (one, other) = (try pool(adding: 1), try pool(adding: 1000))
    let pairs = try other.imap(0..<100).cursor()
    try expect("first", try pairs.next()?.1, 1000)
    try expect("outputs", try read(one.imap(0..<100)).outputs.count, 100)
    try one.closeSynchronously()
    for input in 1..<100 { try expect("output", try pairs.next()?.1, input + 1000) }
    try expect("behind the last", try pairs.next() == nil, true)
  }

  /// Nothing of them is left; whoever runs the case sees that.
  static func exitWithTwoPools() throws {
    let (one, other) = (try pool(adding: 1), try pool(adding: 1000))
    try one.imap(0...).forEach { _, _ in
      try other.imap(0...).forEach { _, _ in exit(0) }
    }
  }

  // MARK: Actors

  static func inAnActor() async throws {
    actor Mapper {
      private var sum = 0

      func run() async throws -> Int {
        let pool = try Pool<Int, Int>.fork(jobs: 2, options: .with { $0.allowsThreads = true }) {
          2 * $0
        }
        for try await (_, output) in try pool.imap(0..<500) {
          sum += output
        }
        try pool.imap(0..<500).forEach { sum += $1 }
        return sum
      }
    }
    try expect("sum", try await Mapper().run(), 4 * 499 * 250)
  }

  static func inATaskOfTheMainActor() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { 2 * $0 }
    let task = Task { @MainActor in
      try await Loop.waiting.read(pool.imap(0..<500)).outputs
    }
    try expect("outputs", try await task.value, doubles(0..<500))
  }

  static func inADetachedTask() async throws {
    let task = Task.detached {
      let pool = try Pool<Int, Int>.fork(jobs: 2, options: .with { $0.allowsThreads = true }) {
        2 * $0
      }
      var sum = 0
      for try await (_, output) in try pool.imap(0..<500) { sum += output }
      return sum
    }
    try expect("sum", try await task.value, 2 * 499 * 250)
  }

  /// What a loop waits for may have to come from the actor that it is in.
  static func waitingLeavesTheActorFree() async throws {
    let gate = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(jobs: 2) { input in
      gate.waitForAny()
      return 2 * input
    }
    let task = Task { @MainActor in gate.put() }
    let results = try await Loop.waiting.read(pool.imap(0..<20))
    try expect("outputs", results.outputs, doubles(0..<20))
    await task.value
  }

  /// No other can be forked then; the loop ends with an error, behind every input that was taken.
  static func deathOfTheForkServer() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { 2 * $0 }
    await Task.detached {}.value
    let servers = Surroundings.children()
    try expect("servers", servers.count, 1)
    var all = Results<Int, Int>()
    try await StartCases.expectLoss {
      for try await (input, result) in try pool.imap(0...).results {
        try all.add(input, result)
        if all.order.count == 100 { for server in servers { kill(server, SIGKILL) } }
      }
    }
    try expect("inputs", all.order.sorted(), Array(0..<all.order.count))
  }
}
