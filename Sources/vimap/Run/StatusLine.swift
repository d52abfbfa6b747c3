import VimapBytes
import VimapKit
import VimapRecords

/// The progress of a run and the state of its workers, in one line.
struct StatusLine: CustomStringConvertible {
  let status: PoolStatus
  /// Whether a line number is enough to say where a record is.
  let hasOneFile: Bool

  /// The most workers that are listed: those that have been busy for longest.
  private static let mostWorkers = 8
  /// The most servers that are listed.
  private static let mostHosts = 4

  var description: String {
    var parts = [
      "\(status.outputs) outputs", "\(status.failures) failed", "\(status.inFlight) in flight",
      "\(status.waiting) waiting to be tried again", amount,
    ]
    if status.held > 0 {
      parts.insert("\(status.held) waiting until they may be sent", at: 4)
    }
    for paused in status.pausedKeys.prefix(Self.mostHosts) {
      parts.append(
        "\(paused.key.onOneLine(atMost: 100)) is left alone for \(paused.left.rounded) s more")
    }
    if let awaited = status.awaited {
      parts.append("the order waits for record \(text(awaited))")
    }
    if let oldest = busy.first {
      parts.append(
        "the oldest in flight is record \(text(oldest.record)), for \(oldest.since.rounded) s")
    }
    return "\(status.records) records in \(status.elapsed.rounded) s: "
      + parts.joined(separator: ", ") + "; " + workers
  }

  private func text(_ record: PoolStatus.Place) -> String {
    "\(record.index)\(record.inWords(hasOneFile: hasOneFile))"
  }

  /// The bytes read, and how much of the input that is.
  private var amount: String {
    let share = status.share.map { " (\(Int(saturating: $0 * 100))% done)" } ?? ""
    return "\(status.bytes) bytes\(share)"
  }

  // MARK: Workers

  private struct Busy {
    let number: Int
    let records: Int
    let record: PoolStatus.Place
    let since: Duration
  }

  /// The busy workers, those that have been busy for longest first.
  private var busy: [Busy] {
    status.workers.indices.compactMap { number -> Busy? in
      guard case .busy(let records, let oldest, let since) = status.workers[number] else {
        return nil
      }
      return Busy(number: number, records: records, record: oldest, since: since)
    }.sorted { ($1.since, $0.number) < ($0.since, $1.number) }
  }

  private var workers: String {
    let busy = busy
    var parts = busy.prefix(Self.mostWorkers).map { worker in
      let more = worker.records > 1 ? " and \(worker.records - 1) more" : ""
      return "worker \(worker.number) at record \(worker.record.index)\(more),"
        + " for \(worker.since.rounded) s"
    }
    let others: [(String, Int)] = [
      ("busy", busy.count - parts.count),
      ("waiting for servers", status.workers.count { $0 == .resting }),
      ("idle", status.workers.count { $0 == .idle }),
      ("starting", status.workers.count { $0 == .starting }),
      ("waiting to be started again", status.workers.count(where: \.isPausing)),
      ("not running", status.workers.count { $0 == .absent }),
    ]
    for (state, count) in others where count > 0 {
      parts.append("\(count) \(parts.isEmpty ? count == 1 ? "worker " : "workers " : "")\(state)")
    }
    return parts.joined(separator: ", ")
  }
}

extension PoolStatus.Place {
  /// The longest name of a file, in characters.
  private static let longestName = 60

  /// Where the record is, if known; for use after its number.
  /// - Parameter hasOneFile: whether a line number is enough.
  func inWords(hasOneFile: Bool) -> String {
    guard let file, let line else { return "" }
    return hasOneFile ? " (line \(line))" : " (\(file.onOneLine(atMost: Self.longestName)):\(line))"
  }
}

extension WorkerStatus {
  fileprivate var isPausing: Bool {
    if case .pausing = self { true } else { false }
  }
}
