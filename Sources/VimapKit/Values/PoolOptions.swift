import VimapBytes

/// What a pool of Swift workers is to be.
public struct PoolOptions: Sendable {
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
  public var maxInFlightPerWorker: Int?

  /// Most inputs of a mapping that have been taken from its sequence and whose results have not
  /// been handed out, for each worker: a hard bound. `nil` leaves it to ``windowBytes``.
  public var maxUnreadPerWorker: Int?

  /// Most bytes of encoded inputs in flight or, where results are ``Order/ordered``, waiting for
  /// their turn.
  public var windowBytes = 16 << 20

  /// Most time a worker may take over one input. A worker that takes longer is killed and replaced,
  /// and the input is tried again or comes out as ``WorkerError/Kind/timedOut``.
  public var timeLimit: Duration?

  /// Most time a worker may take for its `start()`. One that takes longer is killed, and could not
  /// be set up.
  public var startLimit: Duration?

  /// How long a worker may take to leave, with the input it is at and its `finish()`, before it is
  /// killed.
  public var leaveLimit = Duration.seconds(10)

  /// Times an input is tried again after its worker threw, died or was late.
  public var retries = 0

  /// Which errors that a worker threw are worth another try. It may be called on any thread, and
  /// must not use the pool.
  public var retryWhen: @Sendable (WorkerError) -> Bool = { _ in true }

  /// Inputs a worker process is given before a fresh one takes its place.
  public var recycleAfter: Int?

  /// Fork even though the program has several threads. The workers can then hang, where another
  /// thread holds a lock of the Swift runtime's or of a library's at the moment of the fork.
  public var allowsThreads = false

  /// Told what a person should know while the pool works, on the thread of whoever reads results or
  /// closes the pool. The pool itself prints nothing.
  public var onNotice: @Sendable (PoolNotice) -> Void = { _ in }

  /// Workers in processes, results as they are ready, no retries and no limits of time.
  public init() {}

  /// The usual options with some changes: `.with { $0.retries = 2 }`.
  public static func with(_ change: (inout PoolOptions) -> Void) -> PoolOptions {
    var options = PoolOptions()
    change(&options)
    return options
  }

  /// A pool that does not fork.
  public static var serial: PoolOptions { .with { $0.processes = .inline } }

  /// A pool whose results come in the order of the inputs.
  public static var ordered: PoolOptions { .with { $0.order = .ordered } }

  func check(jobs: Int) throws(PoolError) {
    guard (1...10_000).contains(jobs) else {
      throw .invalidOption("jobs: \(jobs): give a number of workers from 1 to 10000")
    }
    func positive(_ value: Int?, _ name: String) throws(PoolError) {
      if let value, value < 1 { throw .invalidOption("\(name): \(value): give 1 or more") }
    }
    try positive(chunk, "chunk")
    try positive(maxInFlightPerWorker, "maxInFlightPerWorker")
    try positive(maxUnreadPerWorker, "maxUnreadPerWorker")
    try positive(windowBytes, "windowBytes")
    try positive(recycleAfter, "recycleAfter")
    guard retries >= 0 else {
      throw .invalidOption("retries: \(retries): give 0 or more")
    }
    func some(_ limit: Duration?, _ name: String) throws(PoolError) {
      if let limit, limit <= .zero {
        throw .invalidOption("\(name): \(limit): give more than no time")
      }
    }
    try some(timeLimit, "timeLimit")
    try some(startLimit, "startLimit")
    guard leaveLimit >= .zero else {
      throw .invalidOption("leaveLimit: \(leaveLimit): give no time or more")
    }
  }

  func configuration(jobs: Int) -> PoolConfiguration {
    var configuration = PoolConfiguration(jobs: jobs)
    configuration.chunk = chunk
    // The order is kept by each mapping for itself.
    configuration.resultsWait = order == .ordered
    configuration.window = windowBytes
    configuration.startsAll = true
    configuration.mostInFlight = maxInFlightPerWorker.map { min($0, .max / jobs) * jobs }
    configuration.retry = .atOnce(retries)
    configuration.recycleAfter = recycleAfter
    configuration.timeLimit = timeLimit?.nanoseconds
    configuration.startLimit = startLimit?.nanoseconds
    configuration.keepsLastWords = true
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
