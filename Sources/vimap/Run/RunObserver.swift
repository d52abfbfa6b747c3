import VimapKit
import VimapRecords
import VimapSystem

/// Watches a run for the user who started it: prints what the user should know, handles signals,
/// and decides on the exit status in the end.
final class RunObserver {
  /// A hang-up that is ignored at the start stays ignored. An interrupt does not: shells make their
  /// background commands ignore it, but whoever sends it to one of them means it.
  let signals =
    [Signals.interrupt, Signals.terminate, Signals.statusRequest, Signals.resize, Signals.child]
    + [Signals.hangUp, Signals.suspend].filter { !Signals.isIgnored($0) }
  private let messages: Messages
  private let progress: Progress
  /// The name of the results' file, for messages.
  private let outputName: String
  /// The name of the file of failed lines, for messages.
  private let failedName: String
  /// The text of `--halt`.
  private let halt: String
  /// The number of inputs.
  private let inputCount: Int
  /// The encoding of the input, if the user gave one.
  private let encoding: String?
  /// How long the work that has been begun may take when the run is stopped.
  private let patience: RunEnding.Patience
  /// The longest pause of a server that is waited for.
  private let longestPause: Duration
  private let hasRetries: Bool
  /// What is left undone is done by another run.
  private let leavesUndone: Bool
  private let hints: FailureHints
  private var firstSignal: CInt?
  private var said: Set<String> = []
  /// The file whose emptying failed, so that the run could not begin.
  private var unemptied: OutputFiles.Unemptied?

  init(
    _ messages: Messages, _ progress: Progress, outputName: String, failedName: String,
    inputCount: Int, halt: String, encoding: String?, patience: RunEnding.Patience,
    longestPause: Duration, hasRetries: Bool, leavesUndone: Bool, hints: FailureHints
  ) {
    self.leavesUndone = leavesUndone
    self.messages = messages
    self.progress = progress
    self.inputCount = inputCount
    self.outputName = outputName
    self.failedName = failedName
    self.halt = halt
    self.encoding = encoding
    self.patience = patience
    self.longestPause = longestPause
    self.hasRetries = hasRetries
    self.hints = hints
  }

  func decide(_ signal: CInt, in pool: RecordPool) -> Interruption {
    switch signal {
    case Signals.statusRequest:
      messages.say("\(StatusLine(status: pool.status, hasOneFile: inputCount == 1))")
      return .none
    case Signals.resize:
      progress.resize(pool)
      return .none
    case Signals.child:
      // As the first process of a container, or as one that adopts orphans like it, this process
      // becomes the parent of other processes' orphans.
      SystemProcess.reapChildren()
      return .none
    case Signals.suspend:
      messages.screen?.hide()
      return .suspend
    default: break
    }
    if firstSignal != nil { return .abort }
    firstSignal = signal
    messages.log.notice(
      """
      stopping on \(Signals.name(Int(signal))): \(ending(of: pool)); a second signal (^C) ends all \
      at once
      """
    )
    return .finishBegun
  }

  /// What is still waited for, if failures stop the run but let begun records finish.
  private func finishing(in pool: RecordPool?) -> String {
    guard halt.hasPrefix("soon"), let pool, pool.status.begun > 0 else { return "" }
    return "; \(ending(of: pool))"
  }

  private func ending(of pool: RecordPool) -> RunEnding {
    RunEnding(status: pool.status, patience: patience, leavesUndone: leavesUndone)
  }

  /// - Parameter pool: the pool, if there is one yet.
  func note(_ notice: RunNotice, in pool: RecordPool? = nil) {
    switch notice {
    case .input(let problem): complain(problem.complaint)
    case .wrongInput(let input): messages.log.notice("\(input.complaint)")
    case .repeatedLine(let file, let line):
      messages.log.notice(
        """
        \(file):\(line): this line has been before, and its Idempotency-Key differs from the \
        first one's only by the count within this run: fed again by itself, as from --failed, it \
        gets the key of the first, and a server may do nothing about it; give each record an id of \
        its own
        """)
    case .pool(let event): note(event, in: pool)
    }
  }

  private func note(_ event: PoolEvent, in pool: RecordPool?) {
    switch event {
    case .said(let number, let text): sayOnce(text, "worker \(number): \(text)")
    case .outOfStep(let worker, let rows, let text):
      complain("worker \(worker): \(text.onOneLine(atMost: 400))\(rows.map(suspicion) ?? "")")
    case .stray(let worker, let text):
      complain("worker \(worker): \(text.onOneLine(atMost: 400))")
    case .halted(let point):
      let records = point.finished == 1 ? "record" : "records"
      complain(
        "halted: \(point.failed) of \(point.finished) \(records) failed: --halt \(halt)"
          + finishing(in: pool))
    case .paused(let pause):
      let text = PauseText(pause: pause, longest: longestPause, hasRetries: hasRetries)
      messages.log.notice("\(text)")
    case .fewerWorkers(let running, let reason):
      sayOnce("fewer", "going on with \(running) workers: \(reason)")
    }
  }

  func note(_ file: OutputFiles.Unemptied) { unemptied = file }

  /// What the user has to do again.
  private func suspicion(_ rows: SuspectRows) -> String {
    let which =
      rows.count == 1
      ? "the output of record \(rows.first)"
      : "outputs of \(rows.count) records, from \(rows.first) to \(rows.last),"
    let lines = failedName.isEmpty ? "" : "; \(failedName) has their lines"
    return "; \(which) may stand beside the wrong input\(lines)"
  }

  /// Prints a message once that every worker may send.
  private func sayOnce(_ key: String, _ text: String) {
    if said.insert(key).inserted { messages.log.notice("\(text)") }
  }

  func explain(_ decision: PoolDecision) {
    let hasOneFile = inputCount == 1
    messages.log.debug("\(decision.text { $0.inWords(hasOneFile: hasOneFile) })")
  }

  private func complain(_ text: String) { messages.log.error("\(text)") }

  private func sayGaps(_ report: RunReport) {
    guard report.linesWithGaps > 0 else { return }
    messages.log.notice("\(GapSummary(lines: report.linesWithGaps, encoding: encoding))")
  }

  /// Says where the input goes on, since a stopped run leaves records that are in no list.
  private func sayRest(_ report: RunReport) {
    guard let rest = report.rest, report.records > 0, !leavesUndone else { return }
    let name = rest.file == "-" ? "standard input" : rest.file
    messages.log.notice("\(name) was not read from line \(rest.line) on")
  }

  /// Prints one line about the failures, but only if everything that was read has been answered.
  private func sumUp(_ report: RunReport) {
    guard report.failures.total > 0, report.records == report.outputs + report.exceptions else {
      return
    }
    let summary = FailureSummary(
      failures: report.failures, records: report.records, hasOneFile: inputCount == 1,
      hint: hints.hint)
    messages.log.notice("\(summary)")
  }

  func status(of report: RunReport) -> ExitStatus {
    switch report.outcome {
    case .complete, .interrupted, .halted, .outOfStep, .noWorker:
      sayGaps(report)
      sayRest(report)
      sumUp(report)
    case .readerGone, .outputFailed, .exceptionsFailed, .failedLinesFailed, .checkpointFailed,
      .inputChanged, .systemFailed:
      break
    }
    switch report.outcome {
    case .interrupted: return .signal(firstSignal ?? Signals.interrupt)
    case .readerGone: return .signal(Signals.brokenPipe)
    case .noWorker(let reason):
      complain("no worker can be started: \(reason)")
      return .noWorker
    case .outputFailed(let error):
      complain("\(outputName): cannot be written: \(error.code)")
      return .inputOutput
    case .exceptionsFailed(let error):
      complain("standard error: cannot be written: \(error.code)")
      return .inputOutput
    case .failedLinesFailed(let error):
      complain("\(failedName): cannot be written: \(error.code)")
      return .inputOutput
    case .checkpointFailed: return .inputOutput
    case .inputChanged:
      if let change = report.change { complain(change.complaint) }
      return .cannotCreate
    case .systemFailed(let error):
      complain(unemptied.map { "\($0.path): cannot be emptied: \(error.code)" } ?? "\(error)")
      return .inputOutput
    case .halted: return miscount(report) ?? .halted
    case .outOfStep: return miscount(report) ?? .miscounted
    case .complete: return miscount(report) ?? status(ofComplete: report)
    }
  }

  private func miscount(_ report: RunReport) -> ExitStatus? {
    guard report.records == report.outputs + report.exceptions + report.undone else {
      complain(
        "\(report.records) records gave \(report.outputs) outputs and \(report.exceptions)"
          + " exceptions: these must add up; please report this")
      return .miscounted
    }
    return report.isOutOfStep ? .miscounted : nil
  }

  private func status(ofComplete report: RunReport) -> ExitStatus {
    if report.hasBrokenInput { return .inputOutput }
    if report.hasUnreadableInput { return .noInput }
    return report.exceptions > 0 ? .exceptions : .success
  }
}
