import VimapBytes
public import VimapJSON
public import VimapSystem

/// What a pool of workers is to be, whatever its records are.
public struct PoolConfiguration: Sendable {
  /// Worker processes, at most.
  public var jobs: Int
  /// Records in a batch; `nil` lets the size adapt itself.
  public var chunk: Int?
  /// Results in the order of the input.
  public var keepsOrder = false
  /// Most bytes of input in flight or waiting for their turn.
  public var window = 16 << 20
  /// Records one worker works on at once.
  public var concurrency = 1
  /// Whom a worker's death is charged to.
  public var attribution = DeathAttribution.firstBegun
  /// Whether all workers are started at once, or as there is work for them.
  var startsAll = false
  /// Whether batches belong to shards.
  var hasShards = false
  var mostInFlight: Int?
  var mostUnfinished: Int?
  /// Which records that failed are tried again, and when.
  public var retry = RetryRule()
  /// Most tries started, over all workers.
  public var rate: FlowLimit?
  /// Most that the records may cost that are started, over all workers; see
  /// ``RecordForm/costPath``.
  public var budget: FlowLimit?
  /// The servers that all records go to, where no record can name another.
  public var servers: KnownServers?
  /// Records a worker is given before another takes its place.
  public var recycleAfter: Int?
  /// Bytes of memory past which a worker is replaced.
  public var mostMemory: Int?
  /// When the run stops because records fail; `nil` is never.
  public var halt: HaltRule?
  /// Whether a worker is given no more records than it can work on at once: then nothing is begun
  /// after the failure that ``halt`` stops the run at, but what other workers begin meanwhile.
  public var handsOutSingly = false
  /// Whether workers pair answers with records by their order alone, so that outputs are in doubt
  /// until a worker says that it has kept order.
  public var pairsByOrder = false
  /// Whether the run stops when a worker finds that it has not.
  public var stopsOutOfStep = true
  /// Whether it is measured how long records take and where the time goes, for
  /// ``RecordPool/statistics``.
  public var measures = false
  /// Whether workers tell what they decide (``PoolDecision``).
  public var explains = false
  /// Most time a worker may take over a record, and until it is ready.
  var timeLimit: Nanoseconds?
  var startLimit: Nanoseconds?
  /// Whether results wait for their turn, or for whoever reads them, elsewhere.
  var resultsWait = false
  /// Whether it is known what a worker that died wrote to standard error last.
  var keepsLastWords = false

  /// A pool of so many workers, all else as usual.
  public init(jobs: Int) {
    self.jobs = jobs
  }

  var rules: PoolState.Rules {
    PoolState.Rules(
      jobs: jobs, chunk: chunk, concurrency: concurrency, window: window, attribution: attribution,
      startsAll: startsAll, mostInFlight: mostInFlight, mostUnfinished: mostUnfinished,
      retry: retry, rate: rate, budget: budget, recycleAfter: recycleAfter, hasShards: hasShards,
      halt: halt, handsOutSingly: handsOutSingly)
  }
}

/// What the records of a ``RecordPool`` are and how its results are written.
public struct RecordForm: Sendable {
  /// How the input is cut into records.
  public var mode = InputMode()
  /// What the input is in, if not in UTF-8: it is converted before it is cut.
  public var encoding: TextEncoding?
  /// How a result is written.
  public var format = TupleFormat.object
  /// Whether a result says where its record came from and how long it took.
  public var withMeta = false
  /// Bound arguments: workers take the values of each name round robin.
  public var initArguments: [(name: String, values: [String])] = []
  /// Records with the same value there go to the same worker, in order.
  public var shardPath: JSONPath?
  /// Where a record says what it costs, where there is a ``PoolConfiguration/budget``.
  public var costPath: JSONPath?
  /// Whether a worker is to know how many times each record has been in the input before
  /// (``RecordBatch/occurrence``). That takes 16 to 50 bytes of memory for each different record.
  public var countsOccurrences = false
  /// The inputs by name, for messages and `meta`.
  var fileNames: [String] = []

  /// Lines of JSON to results as objects.
  public init() {}

  func context(_ number: Int, of jobs: Int) -> WorkerContext {
    var bound: [String: String] = [:]
    for argument in initArguments where !argument.values.isEmpty {
      bound[argument.name] = argument.values[number % argument.values.count]
    }
    return WorkerContext(number: number, jobs: jobs, initArguments: bound)
  }
}

/// What a person who watches a run should know while it goes on.
public enum PoolNotice {
  /// An input could not be read, or not to its end.
  case input(InputProblem)
  /// An input looks like something else than lines of JSON; told once in a run.
  case wrongInput(WrongInput)
  /// A line has been in the input before, where that is counted (`RecordForm.countsOccurrences`);
  /// told once in a run.
  case repeatedLine(file: String, line: Int)
  /// A worker's own words.
  case worker(number: Int, String)
  /// Answers and records of a worker did not match up, and these outputs of its that are on their
  /// way already may stand beside the wrong inputs.
  case outOfStep(worker: Int, SuspectRows?, String)
  /// A worker's command said something that answers no record; others are not in doubt.
  case stray(worker: Int, String)
  /// So many records failed that the run stops before its end (``PoolConfiguration/halt``).
  case halted(HaltPoint)
  /// A server has asked to be left alone for longer than a moment. Where it asks for the same again
  /// and again, that is told once a minute, or once for each pause that is longer.
  case hostPaused(HostPause)
  /// Fewer workers than asked for can be started.
  case fewerWorkers(running: Int, reason: String)
  /// All workers are gone and none can be started; inputs that are left are not mapped.
  case noWorkerLeft(reason: String)
  /// A pool was let go of before all its inputs were mapped and all results handed out.
  case unreadResults
  /// An error ended a loop that could not throw it.
  case errorInLoop(any Error)
  /// Workers that did not leave in time were killed.
  case workersKilled(count: Int)
}

/// What to do about a signal.
public enum Interruption: Sendable {
  /// Read no more, finish what workers have begun, and answer the rest of what was read as
  /// ``RecordException/Kind/cancelled``.
  case drain
  /// End at once.
  case abort
  /// Stop the workers' commands, and this process as SIGTSTP would; when it is continued, go on.
  case suspend
  /// Go on as if there had been none.
  case none
}

/// Where an input goes on that was not read to its end.
public struct InputRest: Sendable, Equatable {
  /// The input's name.
  public var file: String
  /// The first line that was not read, from 1.
  public var line: Int
}

/// What became of a run.
public struct RunReport: Sendable {
  /// How a run ended.
  public enum Outcome: Equatable, Sendable {
    /// The input was read to its end.
    case complete
    /// A signal stopped it.
    case interrupted
    /// Failures stopped it (``PoolConfiguration/halt``).
    case halted
    /// It was stopped since answers and records did not match up
    /// (``PoolConfiguration/stopsOutOfStep``).
    case outOfStep
    /// No worker can be started.
    case noWorker(String)
    /// Whoever read the results has gone.
    case readerGone
    /// The results cannot be written.
    case outputFailed(SystemError)
    /// The exceptions that the format has no place for cannot be written.
    case exceptionsFailed(SystemError)
    /// The lines that failed cannot be kept.
    case failedLinesFailed(SystemError)
    /// The operating system refused what the pool itself needs.
    case systemFailed(SystemError)
  }

  /// How the run ended.
  public var outcome = Outcome.complete
  /// Records read.
  public var records = 0
  /// Records that gave an output.
  public var outputs = 0
  /// Records that became an exception.
  public var exceptions = 0
  /// Those records by kind, and what the first of them failed with.
  public var failures = FailureTally()
  /// An input could not be opened or is not a file to be read.
  public var hasUnreadableInput = false
  /// An input could not be read to its end.
  public var hasBrokenInput = false
  /// Lines of text in which bytes were not what they should be, UTF-8 or in
  /// ``RecordForm/encoding``; in their records they are U+FFFD.
  public var linesWithGaps = 0
  /// A worker gave more or fewer answers than it had records.
  public var isOutOfStep = false
  /// Where the input goes on that was not read, of a run that ended before its input did.
  public var rest: InputRest?

  /// The report of a run in which nothing has happened yet.
  public init() {}
}
