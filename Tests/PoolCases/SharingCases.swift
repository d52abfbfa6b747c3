import Glibc
import VimapKit

/// What a mapping does while others of the same pool wait.
@MainActor enum SharingCases {
  static let all = [
    PoolCase("sharing.inputsThatWaitForAnotherMapping", inputsThatWaitForAnotherMapping),
    PoolCase("sharing.inputsThatTakeLongHoldNobodyUp", inputsThatTakeLongHoldNobodyUp),
    PoolCase("sharing.aBusyActorHoldsNobodyUp", aBusyActorHoldsNobodyUp),
    PoolCase("sharing.inputsGoToWhoeverIsFree", inputsGoToWhoeverIsFree),
    PoolCase("sharing.noRoomForSeveral", noRoomForSeveral),
    PoolCase("sharing.valuesThatUseThePoolAtTheirEnd", valuesThatUseThePoolAtTheirEnd),
    PoolCase("sharing.noticesThatCloseThePool", noticesThatCloseThePool),
  ]

  /// Also where there is room for a single input.
  static func inputsThatWaitForAnotherMapping() throws {
    let options = PoolOptions.with { $0.maxInFlightPerWorker = 1 }
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: options) { 2 * $0 }
    let inner = try pool.imap(0..<50).cursor()
    let outer = try pool.imap(reading: { try inner.next()?.output })
    try expect("outputs", try outputs(outer).sorted(), (0..<50).map { 4 * $0 })
  }

  /// A number that does something while it is encoded.
  struct Busy: Codable, Sendable {
    let number: Int
    var work: @Sendable () -> Void = {}

    init(_ number: Int, work: @escaping @Sendable () -> Void = {}) {
      self.number = number
      self.work = work
    }

    init(from decoder: any Decoder) throws {
      number = try decoder.singleValueContainer().decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
      work()
      var container = encoder.singleValueContainer()
      try container.encode(number)
    }
  }

  /// One that waits for the workers, and then takes its inputs, leaves the waiting to the others.
  static func inputsThatTakeLongHoldNobodyUp() async throws {
    let (gate, hasTaken, isDone) = (try SharedPipe(), try SharedPipe(), try SharedPipe())
    let pool = try Pool<Busy, Int>.fork(jobs: 2) { input in
      if input.number == 2 { gate.waitForAny() }
      return input.number
    }
    let (inputs, supply) = AsyncStream.makeStream(of: Busy.self)
    let isAsked = Task { @MainActor in try await pool.imap(inputs).drain() }
    // The task has nothing to take, and waits, when this goes on.
    await Task.yield()
    let other = ThreadBody {
      var left = [Busy(2)]
      let mapping = try? pool.imap(reading: {
        if left.isEmpty { hasTaken.put() }
        return left.popLast()
      })
      if (try? mapping?.drainSynchronously())?.done == 1 { isDone.put() }
    }
    let thread = try other.start()
    while hasTaken.take() == nil { await Task.yield() }
    supply.yield(
      Busy(1) {
        gate.put()
        isDone.waitForAny()
      })
    supply.finish()
    try expect("done", try await isAsked.value.done, 1)
    pthread_join(thread, nil)
  }

  /// One that waits for the workers, and whose actor is busy when there is news, leaves them to the
  /// others.
  static func aBusyActorHoldsNobodyUp() async throws {
    let isDone = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(jobs: 2) { $0 }
    let (inputs, supply) = AsyncStream.makeStream(of: Int.self)
    let waiting = Task { @MainActor in try await pool.imap(inputs).drain() }
    await Task.yield()
    let other = ThreadBody {
      if (try? pool.drainSynchronously(0..<100))?.done == 100 { isDone.put() }
    }
    let thread = try other.start()
    isDone.waitForAny()
    supply.finish()
    try expect("done", try await waiting.value.done, 0)
    pthread_join(thread, nil)
  }

  /// While some are taken, another mapping may have given all workers as much as they can use.
  static func inputsGoToWhoeverIsFree() throws {
    struct Gated: Worker {
      let gate: SharedPipe

      func process(_ input: Int) -> Int {
        if input > 0 { gate.waitForAny() }
        return input
      }
    }
    let gates = try (0..<2).map { _ in try SharedPipe() }
    let pool = try Pool.fork(gates.map(Gated.init), options: .with { $0.chunk = 1 })
    for free in 0..<2 {
      let inner = try pool.imap(0..<100).cursor()
      var left = [1000]
      let outer = try pool.imap(reading: {
        if left.isEmpty { return nil }
        try expect("first", try inner.next()?.output, 0)
        gates[free].put()
        return left.popLast()
      })
      try expect("outputs", try outputs(outer), [1000])
      gates[1 - free].put()
      var count = 1
      while try inner.next() != nil { count += 1 }
      try expect("results", count, 100)
      for gate in gates { _ = gate.takeAll() }
    }
  }

  /// Each gets its own where there is room for the inputs of one.
  static func noRoomForSeveral() async throws {
    for set in [{ $0.maxInFlightPerWorker = 1 }, { $0.windowBytes = 1 }]
      as [@Sendable (inout PoolOptions) -> Void]
    {
      let pool = try Pool<Int, Int>.fork(
        jobs: 2,
        options: .with {
          $0.allowsThreads = true
          set(&$0)
        }
      ) { 2 * $0 }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<6 {
          group.addTask {
            var all = Results<Int, Int>()
            let inputs = (1000 * task)..<(1000 * task + 300)
            for try await (input, result) in try pool.imap(inputs).results {
              try all.add(input, result)
            }
            try expect("outputs", all.outputs, doubles(inputs))
          }
        }
        try await group.waitForAll()
      }
      try await pool.close()
    }
  }

  // MARK: What the program does

  /// Asks how far its pool is when it is let go of.
  private final class Curious: Sendable {
    let number: Int
    let pool: Pool<Int, Int>
    let ends: SharedPipe

    init(_ number: Int, _ pool: Pool<Int, Int>, _ ends: SharedPipe) {
      self.number = number
      self.pool = pool
      self.ends = ends
    }

    deinit {
      _ = pool.progress
      ends.put()
    }
  }

  static func valuesThatUseThePoolAtTheirEnd() throws {
    for options in [PoolOptions(), .ordered, .serial] {
      let ends = try SharedPipe()
      let gate = try SharedPipe()
      let pool = try Pool<Int, Int>.fork(jobs: 2, options: options) { input in
        if input > 20, options.processes == .forked { gate.waitForAny() }
        return input
      }
      func takeOne() throws {
        let inputs = (0..<1000).lazy.map { Curious($0, pool, ends) }
        let cursor = try pool.imap(inputs, pretransform: { $0.number }).cursor()
        try expect(try cursor.next() != nil, "there is no result")
      }
      try takeOne()
      // Also those that workers still have.
      try expect(ends.count() > 0, "the inputs are kept")
      gate.put()
      try expect("results", try pool.drainSynchronously(0..<10).done, 10)
      try pool.closeSynchronously()
    }
  }

  static func noticesThatCloseThePool() throws {
    struct Broken: Worker {
      let number: Int

      func start() throws { if number == 1 { throw NoStart() } }
      func process(_ input: Int) -> Int { input }
    }
    struct NoStart: Error {}
    final class Holder: @unchecked Sendable { var pool: Pool<Int, Int>? }
    let holder = Holder()
    let options = PoolOptions.with {
      $0.processes = .inline
      $0.onNotice = { _ in try? holder.pool?.closeSynchronously() }
    }
    let pool = try Pool.fork((0..<2).map(Broken.init), options: options)
    holder.pool = pool
    defer { holder.pool = nil }
    let mapping = try pool.imap(0..<10)
    let error = try expectThrow(PoolError.self) { _ = try read(mapping) }
    try expect("error", error, .closed)
  }
}
