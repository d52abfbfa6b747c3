import VimapSystem

extension PoolState {
  /// The settings that a pool works by.
  struct Rules {
    var jobs: Int
    /// A fixed batch size, or `nil` to let it adapt.
    var chunk: Int?
    /// The number of records that a worker can work on at once.
    var concurrency = 1
    /// The most bytes of input that may be in flight, or wait for their turn in the output.
    var window: Int
    var attribution = DeathAttribution.firstBegun
    /// Whether all workers are started at once. Otherwise, they are started as there is work for
    /// them.
    var startsAll = false
    /// Of the workers that are there from the start, the most that are being forked at once.
    var mostForksUnderWay = 32

    /// The number of workers that are there from the start. At least one worker is started before
    /// any input is read, so that a worker that can't be started is noticed before a record is
    /// taken.
    var startsAtOnce: Int { startsAll ? jobs : 1 }
    /// The most records with workers, or on their way to one.
    var mostInFlight: Int?
    /// The most records taken from the input whose results have not been taken by the reader yet.
    var mostUnfinished: Int?
    /// Which records that failed are tried again, and when.
    var retry = RetryRule()
    /// The most tries that may be started, over all workers.
    var rate: FlowLimit?
    /// The most that the records started may cost. Each batch is then a single record.
    var budget: FlowLimit?
    /// The number of records after which a worker is replaced.
    var recycleAfter: Int?
    /// Each batch belongs to a shard, and all batches of a shard go to one slot, in order.
    var hasShards = false
    /// When failed records stop the run.
    var halt: HaltRule?
    /// A worker is given no more records than it can work on at once.
    var handsOutSingly = false
    /// What counts as done when the run begins.
    var before = Before()
  }
}
