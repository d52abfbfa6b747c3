import VimapKit
import VimapRecords
import VimapSystem

extension PoolConfiguration {
  /// The pool that the options describe.
  init(_ options: VimapCommand) throws {
    self.init(jobs: try Self.jobs(options.pool, urls: options.http.post.count))
    if let chunk = options.pool.chunk {
      guard chunk > 0 else {
        throw Refusal(.usage, "--chunk \(chunk): give a number of records, 1 or more")
      }
      self.chunk = chunk
    }
    if let lifespan = options.pool.lifespan {
      guard lifespan > 0 else {
        throw Refusal(.usage, "--lifespan \(lifespan): give a number of records, 1 or more")
      }
      recycleAfter = lifespan
    }
    mostMemory = options.pool.maxWorkerRss?.bytes
    if mostMemory != nil, !ResidentMemory.canBeKnown {
      throw Refusal(.usage, "--max-worker-rss: there is no /proc, which says what workers have")
    }
    retry = try RetryRule(options.flow)
    halt = try options.flow.haltRule
    rate = try options.flow.rateLimit
    budget = try options.flow.budgetLimit
    keepsOrder = options.results.keepOrder
    window = options.results.window.bytes
    explains = options.watch.verbose
  }

  /// The number of workers. By default there is one for each processor, and at least one for each
  /// URL.
  private static func jobs(_ options: PoolOptions, urls: Int) throws -> Int {
    let processors = SystemProcess.processorCount
    guard let typed = options.jobs else { return max(processors, urls) }
    guard let jobs = typed.workers(onProcessors: processors) else {
      throw Refusal(
        .usage,
        "--jobs \(typed): give a number from 1 to 10000, or N%, +N or -N of the processors")
    }
    return jobs
  }
}
