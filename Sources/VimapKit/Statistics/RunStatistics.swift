/// What a run of a ``RecordPool`` came to, and where its time went.
///
/// It is kept where ``PoolConfiguration/measures`` asks for it, and read by
/// ``RecordPool/statistics``.
public struct RunStatistics: Sendable, Equatable {
  /// What the workers of one slot did, one after the other.
  public struct Worker: Sendable, Equatable {
    /// The slot's number, from 0.
    public var number: Int
    /// Records that they answered.
    public var records: Int
    /// How long they had records to work on, and room for the answers.
    public var busy: Duration
    /// How many times a worker took the place of another, or a worker started its command again.
    public var restarts: Int
    /// The most memory in bytes that one of their processes has had: of the workers, their commands
    /// and what these have waited for, as the kernel kept it (`ru_maxrss`); `nil` where it did not.
    public var peakMemory: Int?
    /// Requests in flight that the last of them has come to, where it finds that out by itself.
    public var concurrency: Double?
  }

  /// What the pool itself waited for.
  public struct Waits: Sendable, Equatable {
    /// For records, while a worker could have taken more.
    public var input = Duration.zero
    /// For answers.
    public var workers = Duration.zero
    /// For results to be taken.
    public var output = Duration.zero
    /// For the time to hand out more: because of a rate or a budget, or before another try.
    public var pauses = Duration.zero
    /// For the end of pauses that servers have asked for.
    public var servers = Duration.zero

    /// All of it together.
    public var total: Duration { input + workers + output + pauses + servers }
  }

  /// Records read.
  public var records: Int
  /// Records that gave an output.
  public var outputs: Int
  /// Records that became an exception.
  public var exceptions: Int
  /// Those records by kind.
  public var failures: [RecordException.Kind: Int]
  /// How many times a record was tried, all records together.
  public var tries: Int
  /// Those of the tries that were not a record's first.
  public var retries: Int
  /// Bytes read from the inputs.
  public var bytesRead: Int
  /// Bytes of results written, without exceptions that the format has no place for.
  public var bytesWritten: Int
  /// Time since the pool was made, up to the end of its run.
  public var elapsed: Duration
  /// Workers that were started, by number.
  public var workers: [Worker]
  /// How long tries took.
  public var serviceTimes: ServiceTimes
  /// What was waited for.
  public var waits: Waits

  /// Time that was not waited: the pool's own work, or that of others on its processor.
  public var ownTime: Duration { max(.zero, elapsed - waits.total) }
}
