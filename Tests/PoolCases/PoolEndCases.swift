import Glibc
import VimapKit

extension LeaveCases {
  // MARK: Pools

  /// Waits until the workers that were there have cleaned up behind the scenes.
  /// - Returns: how many inputs they began.
  private static func expectGoodEndBehindTheScenes(_ diary: SharedPipe) throws -> Int {
    var entries = ""
    func count(_ entry: Character) -> Int { entries.count { $0 == entry } }
    let areGone = Surroundings.eventually {
      entries += diary.takeAll()
      return count("s") > 0 && count("f") == count("s")
    } _: {
      $0
    }
    try expect(areGone, "they do not leave: \(entries)")
    try expect("inputs ended", count("e"), count("b"))
    return count("b")
  }

  static func byDroppingThePool() throws {
    let diary = try SharedPipe()
    do {
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3)
      _ = try pool.imap(0..<1000)
      _ = try pool.imap(0..<1).drainSynchronously()
    }
    try expect("inputs begun", try expectGoodEndBehindTheScenes(diary), 1)
  }

  static func byDroppingAPoolHalfRead() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      func half() async throws {
        let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3)
        try await leave(pool.imap(0..<1000), by: loop)
      }
      try await half()
      _ = try expectGoodEndBehindTheScenes(diary)
    }
  }

  static func byDroppingAPoolWithoutInputs() throws {
    let diary = try SharedPipe()
    do {
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3)
      // None of them need be there by now.
      _ = try pool.imap([])
    }
    let entries = Surroundings.eventually({ diary.takeAll() }) { _ in true }
    try expect("inputs begun", entries.contains("b"), false)
  }

  /// They are given the time that workers have to leave, and nobody waits.
  static func byDroppingAPoolOfStuckWorkers() throws {
    let start = ContinuousClock.now
    do {
      let pool = try Pool<Int, Int>.fork(
        jobs: 2, options: .with { $0.leaveLimit = .milliseconds(300) }
      ) { input in
        if input > 0 { while true { pause() } }
        return input
      }
      try expect("first", try pool.imap(0..<10).cursor().next()?.output, 0)
    }
    try expect(ContinuousClock.now - start < .seconds(60), "the workers are waited for")
  }

  /// Whoever leaves a loop waits for no worker.
  static func takesNoTime() async throws {
    let gate = try SharedPipe()
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(
        jobs: 2, options: .with { $0.leaveLimit = .seconds(3600) }
      ) { input in
        if input > 0 { gate.waitForAny() }
        return input
      }
      try await leave(pool.imap(0..<100), by: loop)
    }
    gate.put()
  }

  static func discardsNothingElse() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 3) { 2 * $0 }
      let other = try pool.imap(1000..<3000).cursor()
      var all = Results<Int, Int>()
      for _ in 0..<20 {
        try await leave(pool.imap(0..<500), by: loop)
        for _ in 0..<100 {
          let (input, output) = try need("result", try other.next())
          try all.add(input, .success(output))
        }
      }
      try expect("outputs", all.outputs, doubles(1000..<3000))
      try expect("behind the last", try other.next() == nil, true)
    }
  }

  /// What no worker has begun when a loop is left, none begins.
  static func doesNotMapTheRest() throws {
    let begun = try SharedPipe()
    let gate = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: .with { $0.chunk = 10 }) { input in
      begun.put()
      if input == 15 { gate.wait() }
      return input
    }
    do {
      let cursor = try pool.imap(0..<1000).cursor()
      for _ in 0..<10 { _ = try cursor.next() }
      // The worker is at one input, and has others before it.
      while begun.unread < 16 { sched_yield() }
    }
    gate.put()
    try expect("of another mapping", try read(pool.imap([2000])).order, [2000])
    // The batch that the worker was at may be done whole, within the time in which it does not look.
    let count = begun.count()
    try expect(count <= 21, "\(count) inputs were begun")
  }

  static func byClosingTwice() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
    let mapping = try pool.imap(0..<100)
    for _ in 0..<2 { try pool.closeSynchronously() }
    try expect("closed", pool.isClosed, true)
    try expect("error", try expectThrow(PoolError.self) { _ = try read(mapping) }, .closed)
    try expect("error", try expectThrow(PoolError.self) { _ = try pool.imap([1]) }, .closed)
    try expectGoodEnd(diary, jobs: 2)
  }

  static func byClosingInALoop() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
      do {
        try await loop.walk(pool.imap(0..<100_000)) { _, _ in
          try shut(pool)
          return true
        }
        try expect(false, "the loop ends as if all were mapped")
      } catch PoolError.closed {}
      try expectGoodEnd(diary, jobs: 2)
    }
  }

  /// The program ends with a pool at work; whoever runs the case sees whether anything is left.
  static func byExit() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 3) { input in
      if input > 0 { while true { pause() } }
      return input
    }
    if try pool.imap(0..<100).cursor().next() != nil { exit(0) }
  }

  // MARK: Workers that do not leave, or not well

  struct Untidy: Worker {
    struct NoTable: Error, CustomStringConvertible {
      let description = "no table"
    }
    var crashes = false

    func process(_ input: Int) -> Int { 2 * input }

    func finish() throws {
      if crashes { fatalError("no table") }
      throw NoTable()
    }
  }

  private static func expectUntidy(_ worker: Untidy) throws {
    let notices = Notices()
    let pool = try Pool.forkIdentical(worker, jobs: 2, options: notices.options())
    try expect("outputs", try read(pool.imap(0..<20)).outputs, doubles(0..<20))
    let error = try expectThrow(PoolError.self) { try pool.closeSynchronously() }
    guard case .finish(let end) = error else { throw error }
    try expect("kind", end.kind, .finishFailed)
    try expect(end.message.contains("no table"), "message: \(end.message)")
    try expect("notices", notices.failedFinishes.count, 2)
    try expect("failed inputs", pool.progress.failed, 0)
  }

  static func ofWorkersThatCannotCleanUp() throws { try expectUntidy(Untidy()) }
  static func ofWorkersThatCrashCleaningUp() throws { try expectUntidy(Untidy(crashes: true)) }

  private static var soon: PoolOptions { .with { $0.leaveLimit = .milliseconds(200) } }

  private static func expectKilled<Output>(_ pool: Pool<Int, Output>) throws {
    let error = try expectThrow(PoolError.self) { try shut(pool) }
    guard case .finish(let end) = error else { throw error }
    try expect(end.message.contains("killed"), "message: \(end.message)")
  }

  static func stuckWorkersAreKilled() async throws {
    for loop in Loop.allCases {
      let begun = try SharedPipe()
      let pool = try Pool<Int, Int>.fork(jobs: 2, options: soon) { input in
        // Whoever has the first waits until the other is stuck.
        if input == 0 {
          begun.wait()
          return input
        }
        begun.put()
        while true { pause() }
      }
      try await leave(pool.imap(0..<100), by: loop)
      try expectKilled(pool)
    }
  }

  static func workersStuckInFinishAreKilled() async throws {
    struct Lingering: Worker {
      func process(_ input: Int) -> Int { 2 * input }
      func finish() { while true { pause() } }
    }
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Lingering(), jobs: 2, options: soon)
      let results = try await loop.read(pool.imap(0..<20))
      try expect("outputs", results.outputs, doubles(0..<20))
      try expectKilled(pool)
    }
  }

  /// Workers wait for room for their results when they are to leave.
  static func withResultsUnread() throws {
    let pool = try Pool<Int, String>.fork(jobs: 2) { String(repeating: "x", count: 100_000 + $0) }
    let cursor = try pool.imap(0..<1000).cursor()
    for _ in 0..<3 { _ = try cursor.next() }
    try pool.closeSynchronously()
  }
}
