import VimapSystem

extension PoolState {
  /// What a pool keeps to.
  struct Rules {
    var jobs: Int
    /// A fixed batch size, or `nil` to let it adapt.
    var chunk: Int?
    /// Records a worker can work on at once.
    var concurrency = 1
    /// Most bytes of input in flight or waiting for their turn.
    var window: Int
    var attribution = DeathAttribution.firstBegun
    /// Whether all workers are started at once, or as there is work for them.
    var startsAll = false
    /// Most workers that are being forked at once, of those that are there from the start.
    var mostForksUnderWay = 32

    /// How many workers are there from the start. One at least is started before there is input, so
    /// that one that cannot be started is noticed before a record is taken.
    var startsAtOnce: Int { startsAll ? jobs : 1 }
    /// Most records with workers, or on their way to one.
    var mostInFlight: Int?
    /// Most records taken from the input whose results are not yet with whoever wants them.
    var mostUnfinished: Int?
    /// Which records that failed are tried again, and when.
    var retry = RetryRule()
    /// Most tries started, over all workers.
    var rate: FlowLimit?
    /// Most that the records started may cost; each batch is then a single record.
    var budget: FlowLimit?
    /// Records a worker is given before another takes its place.
    var recycleAfter: Int?
    /// Each batch is of a shard, and a shard's batches go to one slot, in order.
    var hasShards = false
    /// When failures stop the run.
    var halt: HaltRule?
    /// A worker is given no more records than it can work on at once.
    var handsOutSingly = false
    /// What counts as done when the run begins.
    var before = Before()
  }
}
