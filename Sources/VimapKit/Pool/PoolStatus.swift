import VimapSystem

/// How far a run of a ``RecordPool`` has come.
public struct PoolStatus: Sendable, Equatable {
  /// Where a record is in the input.
  public struct Place: Sendable, Equatable {
    /// Its number over all inputs, from 1.
    public var index: Int
    /// The input it is in, where that is known.
    public var file: String?
    /// The number of its line there, from 1, where that is known.
    public var line: Int?
  }

  /// Records taken from the input.
  public var records: Int
  /// Records that gave an output.
  public var outputs: Int
  /// Records that became an exception.
  public var failures: Int
  /// Records with workers, or on their way to one.
  public var inFlight: Int
  /// Records that failed and wait to be tried again.
  public var waiting: Int
  /// Where results keep the order of the input: the record whose result comes next, and which those
  /// behind it wait for.
  public var awaited: Place?
  /// Time since the pool was made.
  public var elapsed: Duration
}

extension PoolDriver {
  var status: PoolStatus {
    PoolStatus(
      records: report.records, outputs: flow.outputs, failures: flow.exceptionCount,
      inFlight: state.inFlight - state.waiting.count, waiting: state.waiting.count,
      awaited: awaited, elapsed: .nanoseconds(Int64(clamping: Clock.now() - started)))
  }

  private var awaited: PoolStatus.Place? {
    guard let (id, record) = flow.awaited, let batch = batches[id] else { return nil }
    let place = feed?.place(of: record, in: batch)
    return PoolStatus.Place(
      index: batch.place.index + record, file: place?.file, line: place?.line)
  }
}
