import VimapBytes
import VimapSystem

/// How a pool of workers is set up, whatever its records are.
package struct PoolConfiguration: Sendable {
  /// The most worker processes.
  package var jobs: Int
  /// The number of records in a batch. `nil` lets the size adapt itself.
  package var chunk: Int?
  /// Whether results come in the order of the input.
  package var keepsOrder = false
  /// The most bytes of input that may be in flight, or wait for their turn in the output.
  package var window = 16 << 20
  /// The number of records that one worker works on at once.
  package var concurrency = 1
  /// Which records a worker's death is charged to.
  package var attribution = DeathAttribution.firstBegun
  /// Whether all workers are started at once. Otherwise, they are started as there is work for
  /// them.
  var startsAll = false
  /// Whether batches belong to shards.
  package var hasShards = false
  var mostInFlight: Int?
  var mostUnfinished: Int?
  /// Which records that failed are tried again, and when.
  package var retry = RetryRule()
  /// The most tries that may be started, over all workers.
  package var rate: FlowLimit?
  /// The most that the records started may cost, over all workers. The feed says what each record
  /// costs.
  package var budget: FlowLimit?
  /// The keys that workers may pause, if no others can come up.
  package var knownKeys: KnownKeys?
  /// The number of records after which a worker is replaced.
  package var recycleAfter: Int?
  /// The bytes of memory above which a worker is replaced.
  package var mostMemory: Int?
  /// When failed records stop the run; `nil` is never.
  package var halt: HaltRule?
  /// Whether a worker is given no more records than it can work on at once. Then, after the failure
  /// at which ``halt`` stops the run, only other workers may still begin records.
  package var handsOutSingly = false
  /// Whether workers pair answers with records by order alone. Then an output is in doubt until its
  /// worker says that the order has been kept.
  package var pairsByOrder = false
  /// Whether the run stops when a worker finds that the order has not been kept.
  package var stopsOutOfStep = true
  /// Whether to measure how long records take and where the time goes, for statistics.
  package var measures = false
  /// Whether workers report what they decide (``PoolDecision``).
  package var explains = false
  /// Whether records that were not begun when a run is stopped, or not finished, are left as they
  /// are: they have no answer, and wait for another run.
  package var leavesUndone = false
  /// What an earlier run of the same job has come to, which counts as if it were this one's.
  package var before = Before()
  /// Most time a worker may take over a record, and until it is ready.
  var timeLimit: Nanoseconds?
  var startLimit: Nanoseconds?
  /// Whether results wait for their turn, or for whoever reads them, elsewhere.
  var resultsWait = false
  /// Whether it is known what a worker that died wrote to standard error last.
  var keepsLastWords = false

  /// A pool of so many workers, with the usual settings for all else.
  package init(jobs: Int) {
    self.jobs = jobs
  }

  var rules: PoolState.Rules {
    PoolState.Rules(
      jobs: jobs, chunk: chunk, concurrency: concurrency, window: window, attribution: attribution,
      startsAll: startsAll, mostInFlight: mostInFlight, mostUnfinished: mostUnfinished,
      retry: retry, rate: rate, budget: budget, recycleAfter: recycleAfter, hasShards: hasShards,
      halt: halt, handsOutSingly: handsOutSingly, before: before)
  }
}

/// What was done before a run began.
package struct Before: Sendable, Equatable {
  /// Records that gave an output.
  package var outputs = 0
  /// Records that became an exception.
  package var exceptions = 0

  /// Nothing, unless it is said.
  package init(outputs: Int = 0, exceptions: Int = 0) {
    self.outputs = outputs
    self.exceptions = exceptions
  }
}
