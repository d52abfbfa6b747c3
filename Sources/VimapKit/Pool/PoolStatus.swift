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

  /// A server that has asked to be left alone.
  public struct PausedHost: Sendable, Equatable {
    /// The server, as `host:port`.
    public var host: String
    /// How long it is left alone from now on.
    public var left: Duration

    /// A server and the time that is left.
    public init(host: String, left: Duration) {
      self.host = host
      self.left = left
    }
  }

  /// Records taken from the input.
  public var records = 0
  /// Records that gave an output.
  public var outputs = 0
  /// Records that became an exception.
  public var failures = 0
  /// Records with workers, or on their way to one, but for those that are ``held``.
  public var inFlight = 0
  /// Records with workers that wait there until they can be sent, while a server has asked to be
  /// left alone.
  public var held = 0
  /// The servers that have asked to be left alone.
  public var pausedHosts: [PausedHost] = []
  /// Those of ``inFlight`` that workers have begun, and sent where they send them. Only in
  /// ``RecordPool/status``.
  public var begun = 0
  /// How many workers have begun some. Only in ``RecordPool/status``.
  public var workersAtWork = 0
  /// Records that failed and wait to be tried again.
  public var waiting = 0
  /// Bytes of input that records were taken from.
  public var bytes = 0
  /// Bytes that the inputs have by now, where all of them are files; they may yet grow.
  public var totalBytes: Int?
  /// The run is to end before its input does: no more is read.
  public var isStopping = false
  /// Time since the pool was made.
  public var elapsed = Duration.zero
  /// Where results keep the order of the input: the record whose result comes next, and which those
  /// behind it wait for. Only in ``RecordPool/status``.
  public var awaited: Place?
  /// The workers, by number. Only in ``RecordPool/status``.
  public var workers: [WorkerStatus] = []

  /// The status of a run in which nothing has happened yet.
  public init() {}

  /// Records that have their results.
  public var finished: Int { outputs + failures }

  /// How much of the input has its results, from 0 to 1, where the inputs' sizes are known: of the
  /// bytes that records were taken from, those of records that are finished.
  public var share: Double? {
    guard let totalBytes else { return nil }
    if totalBytes == 0 { return 1 }
    let done = records > 0 ? Double(finished) / Double(records) : 1
    return min(1, Double(bytes) / Double(totalBytes)) * done
  }
}

extension PoolDriver {
  /// - Parameter inDetail: whether to look for what takes a moment to be found.
  func status(inDetail: Bool) -> PoolStatus {
    var status = PoolStatus()
    status.records = report.records
    status.outputs = flow.outputs
    status.failures = flow.exceptionCount
    status.waiting = state.waitingForRetry
    if let progress = feed?.progress {
      status.bytes = progress.bytes
      status.totalBytes = progress.total
    }
    status.isStopping = state.phase.isStopping
    let now = Clock.now()
    let pauses = pausedHosts.current(now)
    status.pausedHosts = pauses.map {
      PoolStatus.PausedHost(host: $0.host, left: .nanoseconds(Int64(clamping: $0.end - now)))
    }
    if !pauses.isEmpty {
      status.held = workers.slots.reduce(0) { $0 + recordsWaiting(with: $1, now) }
    }
    status.inFlight = max(0, state.admission.inFlight - state.waitingForRetry - status.held)
    status.elapsed = .nanoseconds(Int64(clamping: now - started))
    if inDetail {
      status.awaited = flow.awaited.flatMap { place(of: $0.record, in: $0.batch) }
      status.workers = workers.slots.map { workerStatus($0, now) }
      let begun = workers.slots.map(begunRecords).filter { $0 > 0 }
      status.begun = begun.reduce(0, +)
      status.workersAtWork = begun.count
    }
    return status
  }

  /// Records that the worker of a slot has begun and not answered, but for those that it has not
  /// sent yet.
  private func begunRecords(_ number: Int) -> Int {
    guard let worker = workers[number] else { return 0 }
    let (begun, unsent) = (worker.begun, worker.unsent)
    return state.slots[number].assignments.reduce(0) { sum, assignment in
      let parts = state.unanswered(in: assignment.cut(after: begun).begun)
      return sum
        + parts.flatMap { $0.parted(by: unsent).sent }.map(\.records.count).reduce(0, +)
    }
  }

  /// Changes whenever the counts of ``status(inDetail:)`` do.
  var activity: Int { report.records &+ flow.outputs &+ flow.exceptionCount }

  func place(of record: Int, in id: UInt64) -> PoolStatus.Place? {
    guard let batch = batches[id] else { return nil }
    let place = feed?.place(of: record, in: batch)
    return PoolStatus.Place(
      index: batch.place.index + record, file: place?.file, line: place?.line)
  }
}
