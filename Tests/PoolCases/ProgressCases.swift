import VimapKit

/// What a pool tells of its progress, and what a mapping comes to.
@MainActor enum ProgressCases {
  static let all = [
    PoolCase("progress.addsUp", addsUp),
    PoolCase("progress.canBeAskedFor", canBeAskedFor),
    PoolCase("progress.canBeAskedForFromElsewhere", canBeAskedForFromElsewhere),
    PoolCase("drain.counts", drainCounts),
    PoolCase("drain.asynchronously", drainsAsynchronously),
    PoolCase("errors.areSentences", errorsAreSentences),
  ]

  struct Odd: Error {}

  /// Fails with every tenth.
  private static func pool(_ options: PoolOptions = PoolOptions()) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 2, options: options) { input in
      if input % 10 == 3 { throw Odd() }
      return 2 * input
    }
  }

  static func addsUp() async throws {
    for loop in Loop.allCases {
      let pool = try pool()
      _ = try await loop.read(pool.imap(0..<2000).results)
      let progress = pool.progress
      try expect("done", progress.done, 1800)
      try expect("failed", progress.failed, 200)
      try expect("in flight", progress.inFlight, 0)
      try expect(progress.rate > 0, "rate: \(progress.rate)")
    }
  }

  static func canBeAskedFor() throws {
    let pool = try pool()
    try expect("done", pool.progress.done, 0)
    var seen = 0
    try pool.imap(0..<100).results.forEach { _, _ in
      seen += 1
      let progress = pool.progress
      // What is handed out is told of some dozens at a time.
      let untold = seen - progress.done - progress.failed
      try expect((0...32).contains(untold), "\(progress) at \(seen)")
    }
    try expect("failed", pool.progress.failed, 10)
  }

  static func canBeAskedForFromElsewhere() async throws {
    let pool = try pool()
    async let results = Loop.waiting.read(pool.imap(0..<5000).results)
    let watcher = Task.detached {
      var last = 0
      while last < 4500, !Task.isCancelled {
        let progress = pool.progress
        guard progress.done >= last, progress.inFlight >= 0 else { return false }
        last = progress.done
        await Task.yield()
      }
      return true
    }
    try expect("results", try await results.order.count, 5000)
    try expect("what is told grows", await watcher.value, true)
  }

  static func drainCounts() throws {
    let pool = try pool(.ordered)
    let summary = try pool.drainSynchronously(0..<300)
    try expect("done", summary.done, 270)
    try expect("failed", summary.failed, 30)
    try expect("first", summary.firstError?.record, 3)
    try expect("nothing", try pool.drainSynchronously([]).done, 0)
  }

  static func drainsAsynchronously() async throws {
    let pool = try pool()
    let summary = try await pool.drain(0..<300)
    try expect("done", summary.done, 270)
    try expect("failed", summary.failed, 30)
    try await pool.close()
  }

  /// Also as those see them who know no more than `Error`.
  static func errorsAreSentences() throws {
    let pool = try pool(.ordered)
    let summary = try pool.drainSynchronously(0..<10)
    let error = try need("error", summary.firstError)
    try expect("text", "\(error)", "Odd() (input 3, worker \(error.worker ?? -1))")
    try expect("localized", Surroundings.localized(error), "\(error)")
    try expect("localized", Surroundings.localized(PoolError.closed), "the pool is closed")
    try expect("type", error.typeName, "Odd")
  }
}
