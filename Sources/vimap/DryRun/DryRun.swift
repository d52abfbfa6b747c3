import VimapBytes
import VimapExec
import VimapHTTP
import VimapKit
import VimapRecords
import VimapSystem

/// Prints, as shell commands, what a run would do for each record, and does none of it.
///
/// Which worker gets a record is decided only during a run. Here the workers take turns, except for
/// records that belong to a certain worker.
final class DryRun {
  private let walk: RecordWalk
  private let form: RecordForm
  private let worker: WorkerChoice
  /// The planner of each worker; nil until the worker's first turn.
  private var planners: [Planner?]
  private var turn = 0
  private var line = ShellLine()

  private var hasExceptions = false
  private var hasUnreadableInput = false
  private var hasBrokenInput = false

  /// Says what a worker would do.
  private enum Planner {
    case command(CommandPlanner)
    case request(RequestPlanner, HTTPConfiguration)
  }

  /// Output is written in pieces of at least this size.
  private static let pieceSize = 64 << 10

  init(
    _ pool: PoolConfiguration, _ form: RecordForm, _ inputs: [InputFile], _ worker: WorkerChoice
  ) throws(SystemError) {
    self.form = form
    self.worker = worker
    planners = Array(repeating: nil, count: pool.jobs)
    walk = try RecordWalk(pool, form, inputs: inputs)
  }

  func run() throws -> ExitStatus {
    Signals.ignoreFailedWrites()
    walk.onProblem = { [unowned self] in note($0) }
    do {
      try printAll()
    } catch let failure as WriteFailure {
      if failure.error.code == .brokenPipe { return .signal(Signals.brokenPipe) }
      throw Refusal(
        .inputOutput, "standard output: cannot be written: \(failure.error.code)")
    }
    if walk.linesWithGaps > 0 {
      Printer.say(
        "\(GapSummary(lines: walk.linesWithGaps, encoding: form.encoding?.name))")
    }
    if hasBrokenInput { return .inputOutput }
    if hasUnreadableInput { return .noInput }
    return hasExceptions ? .exceptions : .success
  }

  private func note(_ problem: InputProblem) {
    if problem.isUnreadable { hasUnreadableInput = true } else { hasBrokenInput = true }
    Printer.say(problem.complaint)
  }

  // MARK: Records

  private func printAll() throws {
    while true {
      switch try walk.next() {
      case .record(let record, let batch, let worker):
        try plan(record, of: batch, by: worker ?? turn)
      case .refused(let exception, let file, let line):
        except(exception, file, line)
      case .waiting: try flush()
      case .ended:
        for case .request(let planner, let configuration) in planners where planner.count > 0 {
          try show(planner, configuration)
        }
        return try flush()
      }
      if line.bytes.count >= Self.pieceSize { try flush() }
    }
  }

  private func plan(_ record: Int, of batch: RecordBatch, by worker: Int) throws {
    let exception: RecordException?
    switch try planner(of: worker) {
    case .command(let planner):
      switch planner.plan(record, of: batch) {
      case .command(let command):
        line.add(command)
        line.endLine()
        endTurn()
        exception = nil
      case .exception(let problem): exception = problem
      }
    case .request(let planner, let configuration):
      exception = planner.add(record, of: batch)
      if planner.isFull {
        try show(planner, configuration)
        endTurn()
      }
    }
    if let exception {
      let (file, line) = walk.place(of: record, in: batch)
      except(exception, file, line)
    }
  }

  private func planner(of number: Int) throws -> Planner {
    if let known = planners[number] { return known }
    let context = walk.context(number)
    let planner: Planner
    switch worker {
    case .command(let configuration), .each(let configuration):
      planner = .command(CommandPlanner(configuration, form.mode, context: context))
    case .http(let configuration):
      do {
        planner = .request(try RequestPlanner(configuration, context: context), configuration)
      } catch {
        throw Refusal(.noWorker, "no worker can be started: \(error)")
      }
    }
    planners[number] = planner
    return planner
  }

  private func endTurn() { turn = (turn + 1) % planners.count }

  private func show(_ planner: RequestPlanner, _ configuration: HTTPConfiguration) throws {
    let exception = try planner.take { request in
      line.add(request, configuration)
      line.endLine()
    }
    guard let exception else { return }
    hasExceptions = true
    line.add(comment: "\(exception.message) (\(exception.kind.rawValue))")
    line.endLine()
  }

  private func except(_ exception: RecordException, _ file: String, _ number: Int) {
    hasExceptions = true
    // If a line itself is wrong, the message already says where it is.
    let isPlaced = exception.details.contains { $0.name == "line" }
    let place = isPlaced ? "" : "\(file):\(number): "
    line.add(comment: "\(place)\(exception.message) (\(exception.kind.rawValue))")
    line.endLine()
  }

  // MARK: Output

  private struct WriteFailure: Error {
    let error: SystemError
  }

  private func flush() throws(WriteFailure) {
    defer { line.removeAll() }
    do throws(SystemError) {
      try Printer.put(line.bytes)
    } catch {
      throw WriteFailure(error: error)
    }
  }
}
