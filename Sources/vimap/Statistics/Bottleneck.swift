import VimapKit
import VimapRecords

/// What a run spent most of its time on, and a sentence about it.
enum Bottleneck: String {
  case input, workers, output, pauses
  case servers = "server_pauses"
  case vimap

  init(_ statistics: RunStatistics) {
    let waits = statistics.waits
    let parts: [(Bottleneck, Duration)] = [
      (.workers, waits.workers), (.input, waits.input), (.output, waits.output),
      (.pauses, waits.pauses), (.servers, waits.servers), (.vimap, statistics.ownTime),
    ]
    self = parts.max { $0.1 < $1.1 }?.0 ?? .vimap
  }

  func time(in statistics: RunStatistics) -> Duration {
    switch self {
    case .input: statistics.waits.input
    case .workers: statistics.waits.workers
    case .output: statistics.waits.output
    case .pauses: statistics.waits.pauses
    case .servers: statistics.waits.servers
    case .vimap: statistics.ownTime
    }
  }

  /// - Parameter sendsRequests: whether workers send requests, and so work on several records at
  ///   once.
  func sentence(about statistics: RunStatistics, sendsRequests: Bool = false) -> String {
    let share = statistics.elapsed.share(time(in: statistics))
    return (share > 0.5 ? "Most of the time" : "The largest part of the time") + " went to "
      + reason(statistics, sendsRequests)
  }

  private func reason(_ statistics: RunStatistics, _ sendsRequests: Bool) -> String {
    switch self {
    case .input: "waiting for the input: more workers would not help."
    case .workers where Self.isSpread(statistics):
      sendsRequests
        ? "waiting for servers: a higher --concurrency\n(N, or auto) may help."
        : "waiting for the workers: more of them (-j) may help."
    case .workers:
      "waiting for the workers, not all of which\nhad records: there were too few, or a few took"
        + " long."
    case .output: "waiting for the output: whatever takes the\nresults is slower than the workers."
    case .pauses:
      "waiting until more was allowed to begin:\nby a rate, a budget, or the pause"
        + " before another try."
    case .servers:
      "a pause that a server asked for\n(Retry-After): more workers would not help; --rate may keep"
        + " it from asking."
    case .vimap: "vimap itself, which reads, hands out and\nwrites: the workers could do more."
    }
  }

  /// Whether the workers had records most of the time.
  private static func isSpread(_ statistics: RunStatistics) -> Bool {
    let busy = statistics.workers.reduce(Duration.zero) { $0 + $1.busy }
    let all = statistics.elapsed * max(1, statistics.workers.count)
    return all.share(busy) > 0.6
  }
}
