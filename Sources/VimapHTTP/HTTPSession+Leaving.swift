import VimapKit
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

  /// Where the run is stopped, only requests that are under way are finished. Those that wait for
  /// the time that their server has asked for count as begun, and so are answered here.
  func retireIfRecalled() throws {
    guard !wasRecalled, link.isRecalled else { return }
    wasRecalled = true
    try link.retire()
    beginNoMore()
    for exchange in parked {
      for (work, record) in exchange.records {
        try link.exception(
          .cancelled(attempts: work.batch.attempt - 1, wasBegun: false), for: record,
          of: work.batch)
        try noteWait(of: work)
      }
      giveBack(exchange)
    }
    parked.removeAll()
  }

  private func beginNoMore() {
    isClosed = true
    queue.removeAll()
  }
}
