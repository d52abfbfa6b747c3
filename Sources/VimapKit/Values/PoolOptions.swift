import VimapBytes

/// What a pool of Swift workers is to be.
public struct PoolOptions {
  /// How results come out.
  public enum Order: Sendable {
    /// As they are ready.
    case unordered
    /// In the order of the inputs.
    case ordered
  }

  /// Where workers run.
  public enum Processes: Sendable {
    /// Each in a process of its own.
    case forked
    /// In the program's own, one input after the other, as results are asked for: for debuggers and
    /// for unit tests of workers. Values are encoded and decoded as they are between processes.
    case inline
  }

  /// How results come out.
  public var order = Order.unordered
  /// Where workers run.
  public var processes = Processes.forked

  /// Inputs handed to a worker at once; `nil` lets the number adapt to how long inputs take.
  public var chunk: Int?

  /// Most inputs that are with workers or on their way to one, for each worker: a hard bound.
  /// `nil` leaves it to the memory they take and to ``chunk``.
  public var maxRealInFlightFactor: Int?

  /// Most inputs that have been taken from the sequence and whose results have not been handed out,
  /// for each worker: a hard bound. `nil` leaves it to ``window``.
  public var maxTotalInFlightFactor: Int?

  /// Most bytes of encoded inputs in flight or, where results are ``Order/ordered``, waiting for
  /// their turn.
  public var window = 16 << 20

  /// Most time a worker may take over one input. A worker that takes longer is killed and replaced,
  /// and the input is tried again or comes out as ``WorkerError/Kind/timedOut``.
  public var timeLimit: Duration?

  /// Times an input is tried again after its worker threw, died or was late.
  public var retries = 0

  /// Which errors that a worker threw are worth another try.
  public var retryWhen: (WorkerError) -> Bool = { _ in true }

  /// Inputs a worker process is given before a fresh one takes its place.
  public var recycleAfter: Int?

  /// How long a worker may take to leave, with the input it is at and its `finish()`, before it is
  /// killed.
  public var leaveTime = Duration.seconds(10)

  /// Fork even though the program has several threads. The workers can then hang, where another
  /// thread holds a lock of the Swift runtime's or of a library's at the moment of the fork.
  public var allowsThreads = false

  /// Keep every input that came out with its result, for ``Pool/debugResults``.
  public var keepsResults = false

  /// Told what a person should know while the pool works. The pool itself prints nothing.
  public var onNotice: (PoolNotice) -> Void = { _ in }

  /// Workers in processes, results as they are ready, no retries and no limit of time.
  public init() {}

  /// The usual options with some changes: `.with { $0.retries = 2 }`.
  public static func with(_ change: (inout PoolOptions) -> Void) -> PoolOptions {
    var options = PoolOptions()
    change(&options)
    return options
  }

  /// A pool that does not fork.
  public static var serial: PoolOptions {
    var options = PoolOptions()
    options.processes = .inline
    options.keepsResults = true
    return options
  }

  /// A pool that keeps what came out.
  public static var debug: PoolOptions {
    var options = PoolOptions()
    options.keepsResults = true
    return options
  }

  /// A pool whose results come in the order of the inputs.
  public static var ordered: PoolOptions {
    var options = PoolOptions()
    options.order = .ordered
    return options
  }

  func check(jobs: Int) throws(PoolError) {
    guard (1...10_000).contains(jobs) else {
      throw .invalidOption("jobs: \(jobs): give a number of workers from 1 to 10000")
    }
    func positive(_ value: Int?, _ name: String) throws(PoolError) {
      if let value, value < 1 { throw .invalidOption("\(name): \(value): give 1 or more") }
    }
    try positive(chunk, "chunk")
    try positive(maxRealInFlightFactor, "maxRealInFlightFactor")
    try positive(maxTotalInFlightFactor, "maxTotalInFlightFactor")
    try positive(window, "window")
    try positive(recycleAfter, "recycleAfter")
    guard retries >= 0 else {
      throw .invalidOption("retries: \(retries): give 0 or more")
    }
    if let timeLimit, timeLimit <= .zero {
      throw .invalidOption("timeLimit: \(timeLimit): give more than no time")
    }
    guard leaveTime >= .zero else {
      throw .invalidOption("leaveTime: \(leaveTime): give no time or more")
    }
  }

  func configuration(jobs: Int) -> PoolConfiguration {
    var configuration = PoolConfiguration(jobs: jobs)
    configuration.chunk = chunk
    configuration.keepsOrder = order == .ordered
    configuration.window = window
    configuration.startsAll = true
    configuration.mostInFlight = maxRealInFlightFactor.map { min($0, .max / jobs) * jobs }
    configuration.mostUnfinished = maxTotalInFlightFactor.map { min($0, .max / jobs) * jobs }
    configuration.retry = .atOnce(retries)
    configuration.recycleAfter = recycleAfter
    configuration.timeLimit = timeLimit?.nanoseconds
    return configuration
  }
}

extension Duration {
  /// Whole nanoseconds, none where it is negative; at most a hundred years, which leaves room to
  /// reckon with.
  package var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(min(seconds, 100 * 365 * 86_400)).times(1_000_000_000)
      .plus(UInt64(attoseconds / 1_000_000_000))
  }
}
