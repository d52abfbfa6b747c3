import VimapKit
import VimapRecords
import VimapSystem

/// When a worker begins no more, though it was given more: the pool takes that back.
extension HTTPSession {
  /// Leaves its place to another worker where this one has grown too large.
  func retireIfLarge() throws {
    guard mayHaveGrown, !isClosed else { return }
    mayHaveGrown = false
    guard try link.retires(measuring: { ResidentMemory.ofThisProcess }) else { return }
    beginNoMore()
  }

  /// Where the run is stopped, only requests that were sent are finished. Those that wait for the
  /// time that their server has asked for, or for a connection, count as begun, and so are answered
  /// here.
  func retireIfRecalled() throws {
    guard !wasRecalled, link.isRecalled else { return }
    wasRecalled = true
    try link.retire()
    beginNoMore()
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
  /// - Parameter exception: the exception for a record that was tried so often before.
  func leaveOut(
    _ exchange: Exchange, because exception: (_ attempts: Int) -> RecordException
  ) throws {
    for (work, record) in exchange.records {
      var exception = exception(work.batch.attempt - 1)
      // It is about this try alone.
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

  private func beginNoMore() {
    isClosed = true
    queue.removeAll()
  }
}
