import VimapKit

/// What a pool tells of its progress, and folds over its outputs.
@MainActor enum ProgressCases {
  static let all = [
    PoolCase("progress.addsUp", addsUp),
    PoolCase("progress.isToldAtTheEnd", isToldAtTheEnd),
    PoolCase("progress.isToldWhileWaiting", isToldWhileWaiting),
    PoolCase("progress.canBeAskedFor", canBeAskedFor),
    PoolCase("fold.sum", sum),
    PoolCase("fold.words", words),
    PoolCase("fold.endsWithAnError", endsWithAnError),
    PoolCase("fold.endsWithAnErrorOfItsOwn", endsWithAnErrorOfItsOwn),
    PoolCase("debug.keepsResults", keepsResults),
    PoolCase("debug.isOffByDefault", isOffByDefault),
  ]

  struct Odd: Error {}

  /// Fails with every tenth.
  private static func pool(_ options: PoolOptions = PoolOptions()) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 2, options: options) { input in
      if input % 10 == 3 { throw Odd() }
      return 2 * input
    }
  }

  // MARK: Progress

  static func addsUp() async throws {
    for loop in Loop.allCases {
      var pulled = 0
      var reports: [PoolProgress] = []
      var sums: [Int] = []
      let pool = try pool().reportProgress(every: .microseconds(10)) {
        reports.append($0)
        sums.append($0.done + $0.failed + $0.inFlight - pulled)
      }
      let inputs = (0..<2000).lazy.map { input in
        pulled += 1
        return input
      }
      _ = try await loop.read(pool.imap(inputs).zipInOutTyp())
      try expect(reports.count > 2, "there are \(reports.count) reports")
      try expect("differences from what was taken", Set(sums), [0])
      for (one, next) in zip(reports, reports.dropFirst()) {
        try expect(
          one.done <= next.done && one.failed <= next.failed && one.elapsed <= next.elapsed,
          "\(next) follows \(one)")
      }
      let last = try need("report", reports.last)
      try expect("done", last.done, 1800)
      try expect("failed", last.failed, 200)
      try expect("in flight", last.inFlight, 0)
      try expect(last.rate > 0, "rate: \(last.rate)")
    }
  }

  static func isToldAtTheEnd() throws {
    var reports: [PoolProgress] = []
    let pool = try pool().reportProgress(every: .seconds(3600)) { reports.append($0) }
    try pool.imap(0..<50).blockIgnoreOutput(closeIfDone: false)
    try pool.imap(0..<50).blockIgnoreOutput()
    try expect("done", reports.map(\.done), [45, 90])
    try expect("failed", reports.map(\.failed), [5, 10])
  }

  /// The worker is done when it has been told twice that it is at work.
  static func isToldWhileWaiting() async throws {
    for loop in Loop.allCases {
      let gate = try SharedPipe()
      var (atWork, last) = (0, -1)
      let pool = try Pool<Int, Int>.fork(jobs: 1) { input in
        gate.wait()
        return input
      }
      pool.reportProgress(every: .milliseconds(10)) {
        last = $0.inFlight
        if last == 1 { atWork += 1 }
        if atWork == 2 { gate.put() }
      }
      try expect("results", try await loop.read(pool.imap([7]).zipInOut()).order, [7])
      try expect("in flight at the end", last, 0)
    }
  }

  static func canBeAskedFor() throws {
    let pool = try pool()
    try expect("done", pool.progress.done, 0)
    var seen = 0
    for _ in try pool.imap(0..<100).zipInOutTyp() {
      seen += 1
      try expect("results", pool.progress.done + pool.progress.failed, seen)
      try expect("in flight", pool.progress.inFlight, pool.inFlight)
    }
    try expect("failed", pool.progress.failed, 10)
  }

  // MARK: Folds

  static func sum() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 3) { 2 * $0 }
    let first = try pool.imap(1...1000).fold(0, closeIfDone: false) { $0 += $2 }
    try expect("sum", first, 1_001_000)
    let second = try pool.imap(1...10).fold(first) { $0 -= $1 + $2 }
    try expect("sum", second, first - 165)
    try expect("closed", pool.isClosed, true)
  }

  static func words() throws {
    let lines = ["the cat and the dog", "", "a dog", "the end"]
    let pool = try Pool<String, [String: Int]>.fork(jobs: 2) { line in
      Dictionary(grouping: line.split(separator: " ").map(String.init), by: \.self).mapValues(
        \.count)
    }
    let counts = try pool.imap(lines).fold([String: Int]()) { $0.merge($2, uniquingKeysWith: +) }
    try expect("counts", counts, ["the": 3, "cat": 1, "and": 1, "dog": 2, "a": 1, "end": 1])
  }

  static func endsWithAnError() throws {
    let pool = try pool(.ordered)
    var steps = 0
    let error = try expectThrow(WorkerError.self) {
      _ = try pool.imap(0..<100).fold(0) { _, _, _ in steps += 1 }
    }
    try expect("record", error.record, 3)
    try expect("steps", steps, 3)
    try expect("closed", pool.isClosed, true)
  }

  static func endsWithAnErrorOfItsOwn() throws {
    let pool = try pool()
    _ = try expectThrow(Odd.self) {
      _ = try pool.imap(0..<3).fold(0) { _, _, _ in throw Odd() }
    }
    try expect("closed", pool.isClosed, true)
  }

  // MARK: Kept results

  static func keepsResults() async throws {
    for loop in Loop.allCases {
      let pool = try pool(.debug)
      let results = try await loop.read(pool.imap(0..<50).zipInOutTyp())
      var kept = Results<Int, Int>()
      for result in pool.debugResults { try kept.add(result) }
      try expect("order", kept.order, results.order)
      try expect("outputs", kept.outputs, results.outputs)
      try expect("errors", kept.errors.keys.sorted(), [3, 13, 23, 33, 43])
    }
  }

  static func isOffByDefault() throws {
    let pool = try pool()
    try pool.imap(0..<50).blockIgnoreOutput()
    try expect("results kept", pool.debugResults.count, 0)
  }
}
