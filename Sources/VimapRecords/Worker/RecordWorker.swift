import VimapBytes
import VimapKit
import VimapSystem

/// A worker that does one record after the other: it says what to answer, and everything else is
/// done for it.
package protocol RecordWorker {
  /// Answers a record, which is JSON. It has been said to be begun.
  ///
  /// - Throws: ``WorkerFailure`` where another worker may do better: the record goes to one. With
  ///   any other error the worker ends, and the record is held responsible.
  mutating func handle(_ record: ReceivedRecord) throws -> RecordAnswer

  /// Waits until the link has something to receive. As the link does it, unless a worker has to
  /// hear of other things meanwhile.
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
  /// Counted from 0 in its batch.
  package let number: Int

  package init(batch: RecordBatch, number: Int) {
    self.batch = batch
    self.number = number
  }

  /// Its JSON; it stays until the record is answered.
  package var bytes: ByteView { batch.bytes(of: number) }
  /// Its number over all inputs, from 1.
  package var index: Int { batch.index(of: number) }
  /// Which try this is, from 1.
  package var attempt: Int { batch.attempt }
}

/// What a record came to.
package enum RecordAnswer {
  /// An output: JSON on one line, lent until the next record is handled.
  case output(ByteView)
  case exception(RecordException)
}

extension WorkerLink {
  /// Has a worker that is ready answer what the pool gives it, until that wants no more. Where the
  /// run is stopped, the record that the worker is at is the last.
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
    // Records that are refused count too, or others would be taken for not begun.
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
