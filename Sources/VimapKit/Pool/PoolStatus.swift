import VimapSystem

/// How far a run of a ``RecordPool`` has come.
package struct PoolStatus: Sendable, Equatable {
  /// Where a record is in the input.
  package struct Place: Sendable, Equatable {
    /// Its number over all inputs, from 1.
    package var index: Int
    /// The input it is in, if known.
    package var file: String?
    /// The number of its line in that input, from 1, if known.
    package var line: Int?
  }

  /// A key that is paused, such as a server that has asked for a pause.
  package struct PausedKey: Sendable, Equatable {
    /// The name of the key.
    package var key: String
    /// How much longer the pause lasts.
    package var left: Duration

    /// A key and the time that is left.
    package init(key: String, left: Duration) {
      self.key = key
      self.left = left
    }
  }

  /// Records taken from the input.
  package var records = 0
  /// Records that gave an output.
  package var outputs = 0
  /// Records that became an exception.
  package var failures = 0
  /// Records that are with workers, or on their way to one, without those that are ``held``.
  package var inFlight = 0
  /// Records that wait in a worker until they can be sent, because a server has asked for a pause.
  package var held = 0
  /// The servers that have asked for a pause.
  package var pausedKeys: [PausedKey] = []
  /// Those of ``inFlight`` that workers have begun; if workers send requests, those they have sent.
  /// Only in ``RecordPool/status``.
  package var begun = 0
  /// How many workers have begun a record and not answered it. Only in ``RecordPool/status``.
  package var workersAtWork = 0
  /// Records that failed and wait to be tried again.
  package var waiting = 0
  /// Bytes of input that records were taken from.
  package var bytes = 0
  /// The size of all inputs in bytes, if all of them are files. Files may still grow.
  package var totalBytes: Int?
  /// The run will end before its input does: no more is read.
  package var isStopping = false
  /// Time since the pool was made.
  package var elapsed = Duration.zero
  /// The record whose result comes next, and which all later results wait for. Only if results keep
  /// the order of the input, and only in ``RecordPool/status``.
  package var awaited: Place?
  /// The workers, by number. Only in ``RecordPool/status``.
  package var workers: [WorkerStatus] = []

  /// The status of a run in which nothing has happened yet.
  package init() {}

  /// Records that have their results.
  package var finished: Int { outputs + failures }

  /// How much of the input is done, from 0 to 1: the bytes of finished records as a part of the
  /// inputs' sizes. `nil` if the sizes are not known.
  package var share: Double? {
    guard let totalBytes else { return nil }
    if totalBytes == 0 { return 1 }
    let done = records > 0 ? Double(finished) / Double(records) : 1
    return min(1, Double(bytes) / Double(totalBytes)) * done
  }
}

extension PoolDriver {
  /// - Parameter inDetail: whether to collect the details that take longer to find.
  package func status(inDetail: Bool) -> PoolStatus {
    var status = PoolStatus()
    status.records = report.records
    status.outputs = flow.outputs
    status.failures = flow.exceptionCount
    status.waiting = state.waitingForRetry
    if let progress = account?.progress {
      status.bytes = progress.bytes
      status.totalBytes = progress.total
    }
    status.isStopping = state.phase.isStopping
    let now = Clock.now()
    let pauses = pausedKeys.current(now)
    status.pausedKeys = pauses.map {
      PoolStatus.PausedKey(key: $0.key, left: .nanoseconds(Int64(clamping: $0.end - now)))
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

  /// The records that a slot's worker has begun and not answered, without those that it has not
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
    let place = account?.place(of: record, in: batch)
    return PoolStatus.Place(
      index: batch.place.index + record, file: place?.file, line: place?.line)
  }
}
