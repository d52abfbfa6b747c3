import VimapBytes
import VimapCheckpoint
import VimapKit
import VimapRecords
import VimapSystem

/// The checkpoint of a run, found before anything is opened that is written to.
final class FoundCheckpoint {
  let path: String
  private let options: VimapCommand
  private var file: CheckpointFile?
  private let isOutputThere: Bool
  private let isFailedThere: Bool

  /// `nil` where none is asked for.
  static func find(_ options: VimapCommand) throws -> FoundCheckpoint? {
    guard let path = options.checkpoint.checkpoint else { return nil }
    return try FoundCheckpoint(path, options)
  }

  private init(_ path: String, _ options: VimapCommand) throws {
    self.path = path
    self.options = options
    guard let output = OutputFiles.file(options.results.output) else {
      throw Refusal(
        .usage,
        "--checkpoint: it needs -o FILE: nothing can be taken back that was written to standard"
          + " output")
    }
    if let failed = options.results.failed, OutputFiles.file(failed) == nil {
      throw Refusal(
        .usage,
        "--checkpoint: it needs a file for --failed: nothing can be taken back that was written to"
          + " standard output")
    }
    for name in [output, options.results.failed].compactMap(\.self)
    where Descriptor.size(name) == nil {
      throw Refusal(
        .usage, "--checkpoint: \(name): no regular file: nothing can be taken back from it")
    }
    isOutputThere = Descriptor.isThere(output)
    isFailedThere = options.results.failed.map(Descriptor.isThere) ?? false
    let found: CheckpointFile.Found
    do throws(SystemError) {
      found = try CheckpointFile.find(path)
    } catch {
      throw Refusal(.cannotCreate, "\(path): cannot be read: \(error.code)")
    }
    switch consume found {
    case .none: break
    case .file(let found): file = consume found
    case .held(let holder):
      throw Refusal(
        .cannotCreate,
        "\(path): " + (holder.map { "process \($0)" } ?? "another process")
          + " is at work with it")
    }
  }

  /// What a run is to do.
  enum Verdict {
    case run(JobCheckpoint)
    /// All is done, and it ended like this.
    case nothingToDo(status: Int)
  }

  /// Holds what there is against what the checkpoint says. Nothing is changed.
  func judge(
    _ line: TypedLine, _ inputs: [InputFile], mode: InputMode, outputs: OutputFiles
  ) throws -> Verdict {
    try checkNames(outputs)
    let recovery: JobRecovery?
    if file == nil {
      recovery = nil
    } else {
      recovery = try JobRecovery(path, file?.contents ?? .empty, options)
    }
    var facts = StartFacts(
      checkpoint: recovery.map { $0.isFinished ? .finished : .unfinished } ?? .none,
      output: Self.presence(OutputFiles.file(options.results.output), isOutputThere),
      failed: Self.presence(options.results.failed, isFailedThere))
    facts.knownOutput = recovery?.claimed.output.length ?? 0
    facts.knownFailed = recovery?.claimed.failed.length ?? 0
    do throws(StartRefusal) {
      _ = try facts.start(wish)
    } catch {
      throw Refusal(.cannotCreate, error.text(path, options))
    }
    let settings = JobSettings(line).settings
    let recovered = try recovery?.recovered(settings)
    let progress = try recovered.map { try InputReview($0.state, inputs, mode: mode) }
    let retries =
      options.checkpoint.retryFailed && recovered?.state.exceptions.isEmpty == false
    if let ending = recovered?.state.ending, ending.isFinished, progress?.isUnchanged == true,
      !retries
    {
      return .nothingToDo(status: ending.status)
    }
    guard let output = outputs.written else {
      throw Refusal(.usage, "--checkpoint: it needs -o FILE")
    }
    let known = recovered.map { $0.beforeLastLine ?? $0.state } ?? JobState()
    let rewrite = retries ? try rewrite(known, output) : nil
    let state = rewrite?.state ?? known
    var plan = Checkpoint.Plan(
      path: path,
      header: JobHeader(
        identity: recovered?.header.identity ?? .random(in: .min ... .max),
        fingerprint: settings, output: options.results.output ?? "",
        failed: options.results.failed, time: recovered?.header.time ?? Clock.timeOfDay()),
      session: Session(
        process: Int(SystemProcess.current), boot: SystemProcess.boot, time: Clock.timeOfDay(),
        command: ResumeCommand(line.arguments).words),
      state: state, interval: .seconds(options.checkpoint.sync?.seconds ?? 1))
    plan.rewrite = rewrite?.output.map { ($0, known) }
    do throws(Checkpoint.Failure) {
      let checkpoint = try Checkpoint(
        plan, replacing: file.take(), output: output,
        failed: outputs.writtenFailed)
      return .run(JobCheckpoint(checkpoint, path: path, isNew: recovered == nil))
    } catch {
      throw Refusal(.cannotCreate, "\(path): cannot be created: \(error.reason.code)")
    }
  }

  private var wish: StartWish {
    if !options.checkpoint.resume { return .begin }
    return options.checkpoint.retryFailed ? .retryFailed : .resume
  }

  /// Files that take others' places are written beside them.
  private func checkNames(_ outputs: OutputFiles) throws {
    let new = (OutputFiles.file(options.results.output)).map(Checkpoint.replacementPath)
    let names = [path, Checkpoint.replacementPath(of: path)] + [new].compactMap(\.self)
    for name in names {
      guard let file = Descriptor.regularFile(name), outputs.files.contains(file) else { continue }
      throw Refusal(
        .cannotCreate,
        "\(name): cannot be created: it is also an input, the output or standard error")
    }
    if let other = options.watch.statsJson,
      Descriptor.withoutLinks(other) == Descriptor.withoutLinks(path)
    {
      throw Refusal(.usage, "--stats-json: \(other) is the checkpoint")
    }
    if let new, new == Descriptor.withoutLinks(path) {
      throw Refusal(.usage, "--checkpoint: \(path): \(new) is what a new output is called at first")
    }
  }

  /// Leaves the lines of records that failed out of the output, so that these can be done again.
  private func rewrite(
    _ known: JobState, _ output: Checkpoint.Written
  ) throws -> (output: OutputRewrite?, state: JobState) {
    let keepsOrder = options.results.keepOrder && options.results.format != .none
    if known.exceptionLines.isEmpty, known.order == nil {
      return (nil, known.withoutFailures(output: known.output, keepsOrder: keepsOrder))
    }
    let rewrite: OutputRewrite?
    do throws(SystemError) {
      rewrite = try OutputRewrite(
        output.path, known, leavingOut: known.exceptionLines.contains)
      try rewrite?.takeOver(output.descriptor)
    } catch {
      throw Refusal(.inputOutput, "\(output.path): cannot be written anew: \(error.code)")
    }
    guard let rewrite else {
      throw Refusal(
        .cannotCreate,
        "\(output.path): its lines are not those of its records, so none can be left out")
    }
    return (rewrite, known.withoutFailures(output: rewrite.mark, keepsOrder: keepsOrder))
  }

  private static func presence(_ path: String?, _ isThere: Bool) -> StartFacts.Output {
    guard let path, isThere else { return .none }
    return Descriptor.size(path) == 0 ? .empty : .some
  }
}

/// The checkpoint of a run that is under way.
final class JobCheckpoint {
  let checkpoint: Checkpoint
  private let path: String
  /// The job begins with this run.
  private let isNew: Bool

  init(_ checkpoint: Checkpoint, path: String, isNew: Bool) {
    self.checkpoint = checkpoint
    self.path = path
    self.isNew = isNew
  }

  /// For the beginning of a run that goes on; `nil` of one that begins.
  var notice: String? {
    if isNew { return nil }
    let count = checkpoint.state.done.count
    return "\(path): going on: \(count) \(count == 1 ? "record is" : "records are") done"
  }

  /// Writes down where the job is, and cuts off what is behind.
  func begin() throws(SystemError) {
    do throws(Checkpoint.Failure) {
      try checkpoint.begin()
    } catch {
      throw error.reason
    }
  }

  /// Writes down how the run ended.
  /// - Returns: what could not be done.
  func end(_ report: RunReport, _ status: ExitStatus) -> String? {
    switch report.outcome {
    case .complete, .interrupted, .halted, .outOfStep, .noWorker: break
    case .readerGone, .outputFailed, .exceptionsFailed, .failedLinesFailed, .checkpointFailed,
      .inputChanged, .systemFailed:
      return nil
    }
    let isFinished =
      report.outcome == .complete && report.undone == 0 && !report.hasBrokenInput
      && !report.hasUnreadableInput
    let ending = JobState.Ending(
      isFinished: isFinished, status: Int(status.code), time: Clock.timeOfDay())
    do throws(Checkpoint.Failure) {
      let isInOrder = isFinished ? try checkpoint.restoreOrder() : true
      try checkpoint.end(ending)
      if !isInOrder { return "the output is not in the order of the input" }
    } catch {
      return complaint(about: error)
    }
    return nil
  }

  func complaint(about failure: Checkpoint.Failure) -> String {
    switch failure {
    case .journal(let error): return "\(path): cannot be written: \(error.code)"
    case .durability(let failure):
      let file =
        switch failure.file {
        case .output: "the output"
        case .failed: "the lines of --failed"
        case .journal: path
        case .folder: "the name of a file"
        }
      return "\(file) cannot be made durable: \(failure.error.code)"
    }
  }
}
