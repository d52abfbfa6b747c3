import VimapBytes
import VimapKit
import VimapSystem

/// A worker that does one record after the other. It only says what to answer;
/// ``WorkerLink/serve(_:)`` does everything else.
package protocol RecordWorker {
  /// Answers a record, which is JSON and counts as begun.
  ///
  /// - Throws: ``WorkerFailure`` if another worker may do better: the record goes to another
  ///   worker. Any other error ends the worker, and its death is charged to the record.
  mutating func handle(_ record: ReceivedRecord) throws -> RecordAnswer

  /// Waits until the link has something to receive. A worker that must listen to other things
  /// meanwhile has its own version.
  mutating func waitForPool(_ link: WorkerLink) throws
}

extension RecordWorker {
  package mutating func waitForPool(_ link: WorkerLink) throws {
    try Descriptor.wait(until: .readable, link.descriptor)
  }
}

/// A record that a worker was given.
package struct ReceivedRecord {
  package let batch: RecordBatch
  /// The number of the record in its batch, from 0.
  package let number: Int

  package init(batch: RecordBatch, number: Int) {
    self.batch = batch
    self.number = number
  }

  /// Its JSON, which stays until the record is answered.
  package var bytes: ByteView { batch.bytes(of: number) }
  /// Its number over all inputs, from 1.
  package var index: Int { batch.index(of: number) }
  /// Which try this is, from 1.
  package var attempt: Int { batch.attempt }
}

/// The answer to a record.
package enum RecordAnswer {
  /// An output: JSON on one line, lent until the next record is handled.
  case output(ByteView)
  case exception(RecordException)
}

extension WorkerLink {
  /// Has a worker that is ready answer what the pool gives it, until no more comes. If the run is
  /// stopped, the worker finishes the current record and no other.
  package func serve(_ worker: inout some RecordWorker) throws {
    while stage < .retired {
      switch try receive(waiting: false) {
      case .batch(let batch):
        for number in batch.records {
          _ = try heedRecall()
          if stage >= .retired { return }
          try answer(ReceivedRecord(batch: batch, number: number), by: &worker)
        }
        retire(batch)
      case .closed: return
      case .room, .flush, .pause: break
      case .nothing:
        try flush()
        try worker.waitForPool(self)
      }
    }
  }

  private func answer(_ record: ReceivedRecord, by worker: inout some RecordWorker) throws {
    let (number, batch) = (record.number, record.batch)
    // A refused record counts as begun too; otherwise a later record would be taken for not begun.
    begin(1)
    if let problem = batch.problem(with: number) { return try refuse(number, of: batch, problem) }
    let started = Clock.now()
    let answer = try worker.handle(record)
    let seconds = Double(Clock.now() - started) / 1e9
    switch answer {
    case .output(let output):
      try self.output(output, for: number, of: batch, attempts: batch.attempt, seconds: seconds)
    case .exception(let exception):
      try self.exception(exception, for: number, of: batch, seconds: seconds)
    }
  }
}
