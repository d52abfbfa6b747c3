import Glibc
import VimapKit

extension LeaveCases {
  // MARK: Pools

  /// Notes the unread results that a pool tells of.
  final class Unread {
    var count = 0

    var options: PoolOptions {
      .with { $0.onNotice = { [self] in if case .unreadResults = $0 { count += 1 } } }
    }
  }

  static func byDroppingThePool() throws {
    let diary = try SharedPipe()
    let unread = Unread()
    do {
      let pool = try Pool.forkIdentical(
        Diarist(diary: diary), jobs: 3, options: unread.options)
      try pool.imap(0..<1000)
    }
    try expect("notices", unread.count, 1)
    try expect("inputs begun", try expectGoodEnd(diary, jobs: 3), 0)
  }

  static func byDroppingAPoolHalfRead() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let unread = Unread()
      func half() async throws {
        let pool = try Pool.forkIdentical(
          Diarist(diary: diary), jobs: 3, options: unread.options)
        try await leave(pool.imap(0..<1000).zipInOut(closeIfDone: false), by: loop)
        try expect("notices", unread.count, 0)
      }
      try await half()
      try expect("notices", unread.count, 1)
      try expectGoodEnd(diary, jobs: 3)
    }
  }

  static func byDroppingAPoolWithoutInputs() throws {
    let diary = try SharedPipe()
    let unread = Unread()
    do {
      _ = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3, options: unread.options)
    }
    do {
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 3, options: unread.options)
      try pool.imap(0..<10).blockIgnoreOutput(closeIfDone: false)
    }
    try expect("notices", unread.count, 0)
    try expect("inputs begun", try expectGoodEnd(diary, jobs: 6), 10)
  }

  static func byClosingTwice() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
    try pool.imap(0..<100)
    for _ in 0..<2 {
      pool.close()
      try expect("closed", pool.isClosed, true)
    }
    try expect("results", try read(pool.zipInOutTyp()).order, [])
    try expectGoodEnd(diary, jobs: 2)
  }

  static func byClosingInALoop() async throws {
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.forkIdentical(Diarist(diary: diary), jobs: 2)
      var count = 0
      switch loop {
      case .plain:
        for _ in try pool.imap(0..<100_000).zipInOut() {
          count += 1
          pool.close()
        }
      case .waiting:
        for try await _ in try pool.imap(0..<100_000).zipInOut() {
          count += 1
          pool.close()
        }
      }
      try expect("results", count, 1)
      try expectGoodEnd(diary, jobs: 2)
    }
  }

  /// The program ends with a pool at work; whoever runs the case sees whether anything is left.
  static func byExit() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 3) { input in
      if input > 0 { while true { pause() } }
      return input
    }
    for _ in try pool.imap(0..<100).zipInOut(closeIfDone: false) { exit(0) }
  }

  // MARK: Workers that do not leave

  private static func killing(_ count: SharedPipe) -> PoolOptions {
    .with {
      $0.leaveTime = .milliseconds(200)
      $0.onNotice = {
        if case .workersKilled(let killed) = $0 { for _ in 0..<killed { count.put() } }
      }
    }
  }

  static func stuckWorkersAreKilled() async throws {
    for loop in Loop.allCases {
      let killed = try SharedPipe()
      let begun = try SharedPipe()
      let pool = try Pool<Int, Int>.fork(jobs: 2, options: killing(killed)) { input in
        // Whoever has the first waits until the other is stuck.
        if input == 0 {
          begun.wait()
          return input
        }
        begun.put()
        while true { pause() }
      }
      try await leave(pool.imap(0..<100).zipInOut(), by: loop)
      try expect("closed", pool.isClosed, true)
      try expect((1...2).contains(killed.count()), "one or both of the workers are killed")
    }
  }

  static func workersStuckInFinishAreKilled() async throws {
    struct Lingering: Worker {
      func process(_ input: Int) -> Int { 2 * input }
      func finish() { while true { pause() } }
    }
    for loop in Loop.allCases {
      let killed = try SharedPipe()
      let pool = try Pool.forkIdentical(Lingering(), jobs: 2, options: killing(killed))
      let results = try await loop.read(pool.imap(0..<20).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<20))
      try expect("killed", killed.count(), 2)
    }
  }

  /// Workers wait for room for their results when they are to leave.
  static func withResultsUnread() throws {
    let pool = try Pool<Int, String>.fork(jobs: 2) { String(repeating: "x", count: 100_000 + $0) }
    var count = 0
    for _ in try pool.imap(0..<1000).zipInOut() {
      count += 1
      if count == 3 { break }
    }
    try expect("closed", pool.isClosed, true)
  }
}
