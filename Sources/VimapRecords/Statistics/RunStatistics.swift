import VimapKit
import VimapSystem

/// What a run of a ``RecordPool`` has done, and where its time went.
///
/// It is collected if ``PoolConfiguration/measures`` asks for it, and read with
/// ``RecordPool/statistics``.
package struct RunStatistics: Sendable, Equatable {
  /// What the workers of one slot did, one after the other.
  package struct Worker: Sendable, Equatable {
    /// The slot's number, from 0.
    package var number: Int
    /// Records that they answered.
    package var records: Int
    /// How long they had records to work on, and room for the answers.
    package var busy: Duration
    /// How many times a worker replaced another, or a worker started its command again.
    package var restarts: Int
    /// The most memory in bytes that one of their processes used: the workers, their commands, and
    /// the processes that these have waited for. It comes from the kernel (`ru_maxrss`); `nil` if
    /// unknown.
    package var peakMemory: Int?
    /// How many requests at once the last of them has settled on, if it finds that out by itself.
    package var concurrency: Double?
  }

  /// What the pool itself waited for.
  package struct Waits: Sendable, Equatable {
    /// For records, while a worker could have taken more.
    package var input = Duration.zero
    /// For answers.
    package var workers = Duration.zero
    /// For the reader to take results.
    package var output = Duration.zero
    /// For the time to hand out more: because of a rate or a budget, or before another try.
    package var pauses = Duration.zero
    /// For the end of pauses that servers have asked for.
    package var servers = Duration.zero

    /// The sum of all waits.
    package var total: Duration { input + workers + output + pauses + servers }
  }

  /// Records read.
  package var records: Int
  /// How many of these were done by earlier runs of the same job.
  package var recordsBefore = 0
  /// Records that gave an output.
  package var outputs: Int
  /// Records that became an exception.
  package var exceptions: Int
  /// The number of these records, by kind.
  package var failures: [RecordException.Kind: Int]
  /// How many tries there were, over all records.
  package var tries: Int
  /// The tries that were not the first of their record.
  package var retries: Int
  /// Bytes read from the inputs.
  package var bytesRead: Int
  /// Bytes of results written, without the exceptions that the format has no place for.
  package var bytesWritten: Int
  /// The time from the making of the pool to the end of its run.
  package var elapsed: Duration
  /// The workers that were started, by number.
  package var workers: [Worker]
  /// How long tries took.
  package var serviceTimes: ServiceTimes
  /// How long the pool waited, and for what.
  package var waits: Waits

  /// The time that the pool did not wait: its own work, or that of others on its processor.
  package var ownTime: Duration { max(.zero, elapsed - waits.total) }
}

extension RunStatistics {
  init(_ measured: PoolMeasurements, of run: RunReport, bytesRead: Int, bytesWritten: Int) {
    self.init(
      records: run.records, outputs: run.outputs, exceptions: run.exceptions,
      failures: run.failures.counts, tries: measured.tries.all, retries: measured.tries.again,
      bytesRead: bytesRead, bytesWritten: bytesWritten, elapsed: Duration(measured.elapsed),
      workers: measured.slots.enumerated().compactMap { Worker($0, $1) },
      serviceTimes: ServiceTimes(measured.slots.compactMap(\.table)),
      waits: Waits(measured.waits))
  }
}

extension RunStatistics.Worker {
  fileprivate init?(_ number: Int, _ slot: PoolMeasurements.Slot) {
    guard slot.forks > 0 else { return nil }
    self.init(
      number: number, records: slot.records, busy: Duration(slot.busy),
      restarts: slot.forks - 1 + (slot.table?.restarts ?? 0), peakMemory: slot.peakMemory,
      concurrency: slot.table?.concurrency)
  }
}

extension RunStatistics.Waits {
  fileprivate init(_ waits: [WaitReason: Nanoseconds]) {
    func time(_ reason: WaitReason) -> Duration { Duration(waits[reason] ?? 0) }
    self.init(
      input: time(.input), workers: time(.workers), output: time(.output),
      pauses: time(.pauses), servers: time(.servers))
  }
}

extension Duration {
  fileprivate init(_ time: Nanoseconds) { self = .nanoseconds(Int64(clamping: time)) }
}
