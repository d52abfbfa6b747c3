import VimapKit
import VimapRecords

/// The statistics of a run for users, in 80 columns.
struct StatisticsTable {
  let statistics: RunStatistics
  let figures: Figures
  /// Whether workers send requests.
  var sendsRequests = false

  /// The most workers that are listed one by one.
  private static let mostWorkers = 32

  /// The lines, with an empty line between the parts.
  var lines: [String] {
    Array([counts, workers, service, waits].joined(separator: [""]))
  }

  // MARK: Counts

  private var counts: [String] {
    let seconds = statistics.elapsed.inSeconds
    let rate = seconds > 0 ? Double(statistics.records - statistics.recordsBefore) / seconds : 0
    let again = statistics.retries > 0 ? "\(figures.count(statistics.retries)) of them again" : ""
    let kinds = Self.wrapped(kinds, width: 52)
    return [
      line(
        "records", figures.count(statistics.records),
        "in \(figures.time(statistics.elapsed)), \(figures.rate(rate)) a second"),
      line("outputs", figures.count(statistics.outputs)),
      line("exceptions", figures.count(statistics.exceptions), kinds[0]),
    ]
      + kinds.dropFirst().map { line("", "", $0) }
      + [
        line("tries", figures.count(statistics.tries), again),
        line("read", figures.bytes(statistics.bytesRead)),
        line("written", figures.bytes(statistics.bytesWritten)),
      ]
  }

  /// The number of exceptions of each kind, the most first.
  private var kinds: [String] {
    statistics.failures
      .sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }
      .map { "\(figures.count($0.value)) \($0.key.rawValue)" }
  }

  private func line(_ name: String, _ figure: String, _ more: String = "") -> String {
    let line = name.left(12) + figure.right(14)
    return more.isEmpty ? line : line + "  " + more
  }

  /// Joins items with commas, in lines of this width; at least one line.
  private static func wrapped(_ items: [String], width: Int) -> [String] {
    var lines = [""]
    for item in items {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = item
      } else if last.count + 2 + item.count < width {
        lines[lines.count - 1] = last + ", " + item
      } else {
        lines[lines.count - 1] += ","
        lines.append(item)
      }
    }
    return lines
  }

  // MARK: Workers

  private var workers: [String] {
    if statistics.workers.isEmpty { return ["no worker was started"] }
    let adapt = statistics.workers.contains { $0.concurrency != nil }
    let shown = statistics.workers.prefix(Self.mostWorkers)
    let left = statistics.workers.count - shown.count
    return [
      "worker".right(6) + "records".right(14) + "busy".right(7) + "restarts".right(10)
        + "peak memory".right(14) + (adapt ? "requests at once".right(19) : "")
    ]
      + shown.map(row)
      + (left > 0 ? ["  and \(left) more; --stats-json has them all"] : [])
  }

  private func row(_ worker: RunStatistics.Worker) -> String {
    String(worker.number).right(6) + figures.count(worker.records).right(14)
      + figures.percent(statistics.elapsed.share(worker.busy)).right(7)
      + figures.count(worker.restarts).right(10)
      + (worker.peakMemory.map { figures.bytes($0) } ?? "?").right(14)
      + (worker.concurrency.map { Figures.short($0).right(19) } ?? "")
  }

  // MARK: Time

  private var service: [String] {
    let times = statistics.serviceTimes
    if times.count == 0 { return ["no record was answered by a worker"] }
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)].map { name, share in
      "\(name) \(figures.time(times.quantile(share)))"
    }
    let all = quantiles + ["max \(figures.time(times.max))"]
    return ["service time  " + all.joined(separator: ", ")] + ServiceBars(times).lines(figures)
  }

  private var waits: [String] {
    func share(_ time: Duration) -> String { figures.percent(statistics.elapsed.share(time)) }
    let waits = statistics.waits
    let own = "; vimap itself \(share(statistics.ownTime))"
    let shares =
      "waiting for the input \(share(waits.input)), workers \(share(waits.workers)), output"
      + " \(share(waits.output)), pauses \(share(waits.pauses))"
    let lines =
      waits.servers > .zero
      ? [shares + ",", "pauses of servers \(share(waits.servers))" + own] : [shares + own]
    if statistics.records == 0 { return lines }
    let sentence = Bottleneck(statistics).sentence(
      about: statistics, sendsRequests: sendsRequests)
    return lines + sentence.split(separator: "\n").map(String.init)
  }
}
