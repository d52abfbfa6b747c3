import VimapKit
import VimapRecords
import VimapSystem

/// What a worker does when it begins no more records. The pool takes back what it was given.
extension HTTPSession {
  /// Retires if the worker has grown too large.
  func retireIfLarge() throws {
    guard mayHaveGrown else { return }
    mayHaveGrown = false
    guard try link.retires(measuring: { ResidentMemory.ofThisProcess }) else { return }
    queue.removeAll()
  }

  /// If the run is stopped, only requests that were sent are finished. Requests that wait for a
  /// pause to end, or for a connection, count as begun, so they are answered here.
  func retireIfRecalled() throws {
    guard try link.heedRecall() else { return }
    queue.removeAll()
    let connecting = exchanges.all.filter { exchange in
      exchange.isUnsent && !held.contains { $0.exchange === exchange }
        && !parked.contains { $0 === exchange }
    }
    for exchange in parked { try leaveOut(exchange, because: Self.halted) }
    parked.removeAll()
    for exchange in connecting {
      multi.remove(exchange.handle)
      try leaveOut(exchange, because: Self.halted)
    }
  }

  private static func halted(attempts: Int) -> RecordException {
    .cancelled(attempts: attempts, wasBegun: false)
  }

  /// Answers the records of a request that is not sent.
  /// - Parameter exception: makes the exception for a record, from the number of its earlier tries.
  func leaveOut(
    _ exchange: Exchange, because exception: (_ attempts: Int) -> RecordException
  ) throws {
    for (work, record) in exchange.records {
      var exception = exception(work.batch.attempt - 1)
      // This exception knows only this try. An earlier one may have sent the record.
      if work.batch.mayBeSent,
        let place = exception.details.firstIndex(where: { $0.name == "was_sent" })
      {
        exception.details[place].value = .bool(true)
      }
      try link.exception(exception, for: record, of: work.batch)
      try noteWait(of: work)
    }
    exchanges.giveBack(exchange)
  }
}
