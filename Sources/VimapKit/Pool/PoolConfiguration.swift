import VimapBytes
import VimapSystem

/// What a pool of workers is to be, whatever its records are.
package struct PoolConfiguration: Sendable {
  /// Worker processes, at most.
  package var jobs: Int
  /// Records in a batch; `nil` lets the size adapt itself.
  package var chunk: Int?
  /// Results in the order of the input.
  package var keepsOrder = false
  /// Most bytes of input in flight or waiting for their turn.
  package var window = 16 << 20
  /// Records one worker works on at once.
  package var concurrency = 1
  /// Whom a worker's death is charged to.
  package var attribution = DeathAttribution.firstBegun
  /// Whether all workers are started at once, or as there is work for them.
  var startsAll = false
  /// Whether batches belong to shards.
  package var hasShards = false
  var mostInFlight: Int?
  var mostUnfinished: Int?
  /// Which records that failed are tried again, and when.
  package var retry = RetryRule()
  /// Most tries started, over all workers.
  package var rate: FlowLimit?
  /// Most that the records may cost that are started, over all workers. The feed says what each
  /// costs.
  package var budget: FlowLimit?
  /// What workers may ask to be left alone, where nothing else can come up.
  package var knownKeys: KnownKeys?
  /// Records a worker is given before another takes its place.
  package var recycleAfter: Int?
  /// Bytes of memory past which a worker is replaced.
  package var mostMemory: Int?
  /// When the run stops because records fail; `nil` is never.
  package var halt: HaltRule?
  /// Whether a worker is given no more records than it can work on at once: then nothing is begun
  /// after the failure that ``halt`` stops the run at, but what other workers begin meanwhile.
  package var handsOutSingly = false
  /// Whether workers pair answers with records by their order alone, so that outputs are in doubt
  /// until a worker says that it has kept order.
  package var pairsByOrder = false
  /// Whether the run stops when a worker finds that it has not.
  package var stopsOutOfStep = true
  /// Whether it is measured how long records take and where the time goes, for
  /// statistics.
  package var measures = false
  /// Whether workers tell what they decide (``PoolDecision``).
  package var explains = false
  /// Whether records that were not begun when a run is stopped, or not finished, are left as they
  /// are: they have no answer, and wait for another run.
  package var leavesUndone = false
  /// What an earlier run of the same job has come to, which counts as if it were this one's.
  package var before = Before()
  /// Most time a worker may take over a record.
  var timeLimit: Nanoseconds?

  /// A pool of so many workers, all else as usual.
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
