import VimapKit
import VimapRecords

/// The statistics of a run for programs: one JSON object on one line. Its names must not change.
struct StatisticsJSON: CustomStringConvertible {
  let statistics: RunStatistics
  let outcome: RunOutcome
  let status: ExitStatus

  var description: String {
    let seconds = statistics.elapsed.inSeconds
    let records = statistics.records - statistics.recordsBefore
    let kinds = statistics.failures.sorted { $0.key.rawValue < $1.key.rawValue }
    return object([
      ("outcome", text(outcomeName)),
      ("exit_status", "\(status.code)"),
      ("records", "\(statistics.records)"),
      ("outputs", "\(statistics.outputs)"),
      ("exceptions", "\(statistics.exceptions)"),
      ("exceptions_by_kind", object(kinds.map { ($0.key.rawValue, "\($0.value)") })),
      ("tries", "\(statistics.tries)"),
      ("retries", "\(statistics.retries)"),
      ("bytes_read", "\(statistics.bytesRead)"),
      ("bytes_written", "\(statistics.bytesWritten)"),
      ("seconds", "\(seconds)"),
      ("records_per_second", "\(seconds > 0 ? Double(records) / seconds : 0)"),
      ("workers", array(statistics.workers.map(worker))),
      ("service_seconds", service),
      ("time_seconds", time),
      ("bottleneck", text(Bottleneck(statistics).rawValue)),
    ])
  }

  private var outcomeName: String {
    switch outcome {
    case .complete: "complete"
    case .interrupted: "interrupted"
    case .halted: "halted"
    case .outOfStep: "out_of_step"
    case .noWorker: "no_worker"
    case .readerGone: "reader_gone"
    case .outputFailed, .exceptionsFailed, .failedLinesFailed: "output_failed"
    case .checkpointFailed: "checkpoint_failed"
    case .inputChanged: "input_changed"
    case .systemFailed: "system_failed"
    }
  }

  private func worker(_ worker: RunStatistics.Worker) -> String {
    object([
      ("worker", "\(worker.number)"),
      ("records", "\(worker.records)"),
      ("busy_share", "\(statistics.elapsed.share(worker.busy))"),
      ("restarts", "\(worker.restarts)"),
      ("peak_memory", worker.peakMemory.map { "\($0)" } ?? "null"),
      ("concurrency", worker.concurrency.map { "\($0)" } ?? "null"),
    ])
  }

  private var service: String {
    let times = statistics.serviceTimes
    if times.count == 0 { return "null" }
    func seconds(_ share: Double) -> String { "\(times.quantile(share).inSeconds)" }
    return object([
      ("count", "\(times.count)"),
      ("mean", "\(times.mean.inSeconds)"),
      ("p50", seconds(0.5)), ("p90", seconds(0.9)), ("p99", seconds(0.99)),
      ("max", "\(times.max.inSeconds)"),
      (
        "histogram",
        array(
          ServiceBars(times).rows.map {
            object([
              ("from", "\($0.from.inSeconds)"), ("to", "\($0.to.inSeconds)"),
              ("count", "\($0.count)"),
            ])
          })
      ),
    ])
  }

  private var time: String {
    object([
      ("input", "\(statistics.waits.input.inSeconds)"),
      ("workers", "\(statistics.waits.workers.inSeconds)"),
      ("output", "\(statistics.waits.output.inSeconds)"),
      ("pauses", "\(statistics.waits.pauses.inSeconds)"),
      ("server_pauses", "\(statistics.waits.servers.inSeconds)"),
      ("vimap", "\(statistics.ownTime.inSeconds)"),
    ])
  }

  // MARK: JSON

  /// An object. Its names must need no escapes, and its values must be JSON.
  private func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(text($0)):\($1)" }.joined(separator: ",") + "}"
  }

  private func array(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ",") + "]"
  }

  private func text(_ name: String) -> String { "\"\(name)\"" }
}
