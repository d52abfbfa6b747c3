import VimapKit
import VimapRecords
import VimapSystem

/// The command line, turned into usable objects: inputs, outputs, the pool and its worker.
struct RunPlan {
  let pool: PoolConfiguration
  let form: RecordForm
  let inputs: [InputFile]
  let worker: WorkerChoice
  let outputs: OutputFiles
  /// Where it is written down what is done.
  private let checkpoint: JobCheckpoint?
  /// All was done by an earlier run, which ended with this.
  private let earlierStatus: ExitStatus?
  /// What goes on with the job.
  private let resumeCommand: ResumeCommand
  private let statistics: StatisticsOutput
  /// The text of `--halt`.
  private let haltText: String
  private let hints: FailureHints
  private let manner: ProgressManner
  private let messages: Messages
  /// What commands write to standard error, if it has to share a screen.
  private let errors: ErrorPipe?

  /// The plan of a dry run.
  static func dryRun(_ line: TypedLine, _ standard: StandardDescriptors) throws -> DryRun {
    let options = line.options
    let (pool, form) = (try PoolConfiguration(options), try RecordForm(options))
    let worker = try WorkerChoice(line, pool, form)
    if !options.watch.quiet {
      ArgumentNotices(line, jobs: pool.jobs).texts.forEach { Printer.say($0) }
    }
    let inputs = try inputs(options.file, standard)
    try OutputFiles.checkStandardOutput(standard, inputs: OutputFiles.inputs(options))
    return try DryRun(worker.adapted(pool), form, inputs, worker)
  }

  init(_ line: TypedLine, _ standard: StandardDescriptors) throws {
    let options = line.options
    let readsTerminal =
      (options.file.isEmpty || options.file.contains("-"))
      && Descriptor.isTerminal(StandardDescriptor.input)
    manner = ProgressManner(options.watch, readsTerminal: readsTerminal)
    let screen = manner == .line ? Screen(StandardDescriptor.error) : nil
    messages = Messages(options.watch, screen)
    let errors = try screen.map { screen throws in try ErrorPipe(to: screen) }
    self.errors = errors

    pool = try PoolConfiguration(options)
    form = try RecordForm(options)
    let worker = try WorkerChoice(line, pool, form)
    try worker.checkProgram()
    self.worker = errors.map { worker.passingErrors(to: $0.target) } ?? worker
    inputs = try RunPlan.inputs(options.file, standard)
    statistics = try StatisticsOutput(
      options.watch, options.results, sendsRequests: !options.http.post.isEmpty)
    let found = try FoundCheckpoint.find(options)
    outputs = try OutputFiles(options, form.encoding, standard, screen)
    resumeCommand = ResumeCommand(line.arguments)
    switch try found?.judge(line, inputs, mode: form.mode, outputs: outputs) {
    case .run(let job):
      checkpoint = job
      earlierStatus = nil
    case .nothingToDo(let status):
      checkpoint = nil
      earlierStatus = .earlier(Int32(clamping: status))
    case nil:
      checkpoint = nil
      earlierStatus = nil
    }
    try statistics.check(against: outputs.files)
    haltText = options.flow.halt?.text ?? ""
    hints = FailureHints(options, environment: inheritedEnvironment())
    for text in ArgumentNotices(line, jobs: pool.jobs).texts { messages.log.notice("\(text)") }
  }

  private static func inputs(
    _ names: [String], _ standard: StandardDescriptors
  ) throws -> [InputFile] {
    let names = names.isEmpty ? ["-"] : names
    return try names.map { name in
      guard name == "-" else { return .path(name) }
      guard standard.hasInput else { throw Refusal(.noInput, "standard input: it is closed") }
      return .descriptor(StandardDescriptor.input, name: "-")
    }
  }

  func run() throws -> ExitStatus {
    if let earlierStatus {
      messages.log.notice("nothing is left to do")
      return earlierStatus
    }
    if let notice = checkpoint?.notice { messages.log.notice("\(notice)") }
    Signals.ignoreFailedWrites()
    let progress = Progress(manner, messages)
    let observer = RunObserver(
      messages, progress, outputName: outputs.name, failedName: outputs.failedName,
      inputCount: inputs.count, halt: haltText, encoding: form.encoding?.name,
      patience: worker.patience, longestPause: worker.longestPause,
      hasRetries: self.pool.retry.retries > 0, leavesUndone: checkpoint != nil, hints: hints)
    SystemProcess.lowerPriority()
    let pool = try makePool(observer)
    pool.onBegin = { [outputs, checkpoint] () throws(SystemError) in
      if let checkpoint {
        outputs.keep()
        return try checkpoint.begin()
      }
      do throws(OutputFiles.Unemptied) {
        try outputs.begin()
      } catch {
        observer.note(error)
        throw error.reason
      }
    }
    pool.onNotice = { [unowned pool] in observer.note($0, in: pool) }
    if self.pool.explains { pool.onDecision = observer.explain }
    pool.watch(try SignalWatch(observer.signals)) { [unowned pool] in
      observer.decide($0, in: pool)
    }
    errors?.watch(pool)
    progress.watch(pool)
    let report = pool.run()
    errors?.finish()
    messages.screen?.finish()
    progress.finish(pool.briefStatus)
    let status = end(report, observer)
    return pool.statistics.map { statistics.put($0, report, status) } ?? status
  }

  /// Sums the run up, and writes down how it ended.
  private func end(_ report: RunReport, _ observer: RunObserver) -> ExitStatus {
    var status = observer.status(of: report)
    guard let checkpoint else { return status }
    if report.outcome == .interrupted { status = .halted }
    if let failure = report.checkpointFailure {
      messages.log.error("\(checkpoint.complaint(about: failure))")
    } else if let complaint = checkpoint.end(report, status) {
      messages.log.error("\(complaint)")
      status = .inputOutput
    }
    if report.outcome != .complete, report.outcome != .inputChanged {
      messages.log.notice("to go on: \(resumeCommand.text)")
    }
    return status
  }

  /// Makes the pool. If there is no memory for so many workers, it has fewer.
  private func makePool(_ observer: RunObserver) throws -> RecordPool {
    var configuration = worker.adapted(pool)
    configuration.measures = statistics.isWanted
    while true {
      do throws(SystemError) {
        let made = try RecordPool(
          configuration, form, inputs: inputs, results: outputs.results,
          exceptions: outputs.exceptions, failed: outputs.failed,
          checkpoint: checkpoint?.checkpoint
        ) { [worker, errors] context in
          errors?.leaveReading()
          return try worker.make(context)
        }
        if configuration.jobs < pool.jobs {
          observer.note(
            .pool(
              .fewerWorkers(
                running: configuration.jobs, reason: "there is no memory for \(pool.jobs)")))
        }
        return made
      } catch {
        guard error.code == .noMemory, configuration.jobs > 1 else {
          throw Refusal(.noWorker, "no worker can be started: \(error)")
        }
        configuration.jobs /= 2
      }
    }
  }
}
