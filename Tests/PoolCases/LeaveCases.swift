import Glibc
import VimapKit

/// Loops that are left early, and pools that are closed or let go of.
@MainActor enum LeaveCases {
  static let all = [
    PoolCase("leave.early", early),
    PoolCase("leave.earlyInAChunk", earlyInAChunk),
    PoolCase("leave.earlyInOrder", earlyInOrder),
    PoolCase("leave.whileWorkersAreAtWork", whileWorkersAreAtWork),
    PoolCase("leave.byThrowing", byThrowing),
    PoolCase("leave.byDroppingAnIterator", byDroppingAnIterator),
    PoolCase("leave.byDroppingResults", byDroppingResults),
    PoolCase("leave.byCancelling", byCancelling),
    PoolCase("leave.byCancellingABusyLoop", byCancellingABusyLoop),
    PoolCase("leave.byCancellingBefore", byCancellingBefore),
    PoolCase("leave.byDroppingThePool", byDroppingThePool),
    PoolCase("leave.byDroppingAPoolHalfRead", byDroppingAPoolHalfRead),
    PoolCase("leave.byDroppingAPoolWithoutInputs", byDroppingAPoolWithoutInputs),
    PoolCase("leave.byDroppingAPoolOfStuckWorkers", byDroppingAPoolOfStuckWorkers),
    PoolCase(
      "leave.byDroppingAPoolOfWorkersThatSpeak", says: "swept up",
      byDroppingAPoolOfWorkersThatSpeak),
    PoolCase("leave.takesNoTime", takesNoTime),
    PoolCase("leave.discardsNothingElse", discardsNothingElse),
    PoolCase("leave.doesNotMapTheRest", doesNotMapTheRest),
    PoolCase("leave.byClosingTwice", byClosingTwice),
    PoolCase("leave.byClosingInALoop", byClosingInALoop),
    PoolCase("leave.byExit", byExit),
    PoolCase("leave.ofWorkersThatCannotCleanUp", ofWorkersThatCannotCleanUp),
    PoolCase("leave.ofWorkersThatCrashCleaningUp", says: "no table", ofWorkersThatCrashCleaningUp),
    PoolCase("leave.stuckWorkersAreKilled", stuckWorkersAreKilled),
    PoolCase("leave.workersStuckInFinishAreKilled", workersStuckInFinishAreKilled),
    PoolCase("leave.withResultsUnread", withResultsUnread),
  ]

  /// Doubles its inputs, some of them slowly, and keeps a diary: `s` where it is set up, `b` and `e`
  /// where it begins and ends an input, `f` where it is cleaned up.
  struct Diarist: Worker {
    let diary: SharedPipe
    var isSlow: @Sendable (Int) -> Bool = { _ in false }

    func start() { diary.put("s") }

    func process(_ input: Int) -> Int {
      diary.put("b")
      if isSlow(input) { usleep(100_000) }
      diary.put("e")
      return 2 * input
    }

    func finish() { diary.put("f") }
  }

  /// Expects `jobs` workers to have lived well, and to have ended each input they began.
  /// - Returns: how many inputs that were.
  @discardableResult
  static func expectGoodEnd<Output>(
    _ pool: Pool<Int, Output>, _ diary: SharedPipe, jobs: Int
  ) throws -> Int {
    try shut(pool)
    return try expectGoodEnd(diary, jobs: jobs)
  }

  @discardableResult
  static func expectGoodEnd(_ diary: SharedPipe, jobs: Int) throws -> Int {
    let entries = diary.takeAll()
    func count(_ entry: Character) -> Int { entries.count { $0 == entry } }
    try expect("workers set up", count("s"), jobs)
    try expect("workers cleaned up", count("f"), jobs)
    try expect("inputs ended", count("e"), count("b"))
    return count("b")
  }

  /// Leaves a loop behind the first result.
  static func leave<Output>(
    _ pairs: Mapping<Int, Output>, by loop: Loop
  ) async throws {
    try await loop.walk(pairs) { _, _ in false }
  }

  static func early() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3)
      try await leave(pool.imap(0..<100_000), by: loop)
      try expect(try expectGoodEnd(pool, diary, jobs: 3) < 50_000, "the workers went on")
    }
  }

  static func earlyInAChunk() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(
        Diarist(diary: diary) { _ in true }, jobs: 2, options: .with { $0.chunk = 20 })
      try await leave(pool.imap(0..<1000), by: loop)
      // They hold three chunks each, and leave after the input they are at.
      try expect(try expectGoodEnd(pool, diary, jobs: 2) < 60, "the workers went on")
    }
  }

  static func earlyInOrder() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3, options: .ordered)
      try await leave(pool.imap(0..<100_000), by: loop)
      try expectGoodEnd(pool, diary, jobs: 3)
    }
  }

  static func whileWorkersAreAtWork() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary) { $0 > 0 }, jobs: 3)
      try await leave(pool.imap(0..<1000), by: loop)
      try expect(try expectGoodEnd(pool, diary, jobs: 3) < 20, "the workers went on")
    }
  }

  static func byThrowing() async throws {
    struct Enough: Error {}
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
      do {
        switch loop {
        case .plain:
          let cursor = try pool.imap(0..<1000).results.cursor()
          while let _ = try cursor.next() { throw Enough() }
        case .waiting: for try await _ in try pool.imap(0..<1000).results { throw Enough() }
        }
      } catch is Enough {}
      try expectGoodEnd(pool, diary, jobs: 2)
    }
  }

  static func byDroppingAnIterator() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
    func takeOne() throws {
      let pairs = try pool.imap(0..<1000).cursor()
      try expect(try pairs.next() != nil, "there is no result")
    }
    try takeOne()
    try expectGoodEnd(pool, diary, jobs: 2)
  }

  static func byDroppingResults() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
    _ = try pool.imap(0..<1000).results
    try expectGoodEnd(pool, diary, jobs: 2)
  }

  /// What they say last is passed on, also where they have ended before the fork server looks.
  static func byDroppingAPoolOfWorkersThatSpeak() throws {
    struct Sweeper: Worker {
      func process(_ input: Int) -> pid_t { getpid() }
      func finish() { complain("swept up") }
    }
    var pool: Pool<Int, pid_t>? = try Pool.forkIdentical(Sweeper(), jobs: 1)
    let worker = try need("output", try pool?.imap([1]).cursor().next()?.output)
    let server = try need("server", Surroundings.children().first)
    kill(server, SIGSTOP)
    defer { kill(server, SIGCONT) }
    pool = nil
    let hasEnded = Surroundings.eventually({ Surroundings.isZombie(worker) }) { $0 }
    try expect(hasEnded, "the worker does not end")
  }

  // MARK: Cancelling

  static func byCancelling() async throws {
    let diary = try SharedPipe()
    let gate = try SharedPipe()
    let worker = Diarist(diary: diary) { input in
      if input > 0 { gate.waitForAny() }
      return input > 0
    }
    let pool = try Pool.forkIdentical(worker, jobs: 2)
    var count = 0
    let task = Task { @MainActor in
      for try await _ in try pool.imap(0...) { count += 1 }
    }
    // With the first result handed out, the loop waits for what comes when the gate is open.
    while count == 0 { await Task.yield() }
    task.cancel()
    gate.put()
    try await expectCancelled(task)
    try expectGoodEnd(pool, diary, jobs: 2)
  }

  private static func expectCancelled(_ task: Task<Void, any Error>) async throws {
    do {
      try await task.value
      try expect(false, "the loop ends without an error")
    } catch is CancellationError {}
  }

  /// It is noticed also where results are always at hand.
  static func byCancellingABusyLoop() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { 2 * $0 }
    var count = 0
    let task = Task { @MainActor in
      for try await _ in try pool.imap(0...) {
        count += 1
        if count == 100 { withUnsafeCurrentTask { $0?.cancel() } }
        try expect(count < 100_000, "the loop goes on")
      }
    }
    try await expectCancelled(task)
  }

  static func byCancellingBefore() async throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
    let task = Task { @MainActor in
      _ = try await pool.imap(0..<1000).drain()
    }
    task.cancel()
    try await expectCancelled(task)
    try expectGoodEnd(pool, diary, jobs: 2)
  }
}
