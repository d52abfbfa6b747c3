import VimapBytes
import VimapCheckpoint
import VimapKit
import VimapSystem

/// A pool that maps the lines of files, each a JSON value, to lines of results in another file.
///
/// Its workers see batches of lines and answer them with bytes (``PoolWorker``). On the way nothing
/// is copied, and no record is made into a Swift value. ``Pool`` is for workers that map Swift
/// values.
///
/// The pool belongs to one thread; see ``Pool`` for what that means for programs with several
/// threads.
package final class RecordPool {
  /// Makes the worker of a slot. Called in the worker's process.
  package typealias MakeWorker = (WorkerContext) throws -> any PoolWorker

  private let driver: PoolDriver
  private let target: TupleTarget
  private let reader: RecordReader
  private let account: LineAccount
  private let results: ResultSink
  private let failed: FailedLines?
  /// Writes down what is done, where that is to be.
  private let log: RunLog?
  private var report = RunReport()
  /// How many records earlier runs have done.
  private let recordsBefore: Int

  /// Called with what users should know while the run goes on.
  package var onNotice: (RunNotice) -> Void = { _ in }

  /// Called with what the pool decides, for users who want to know why a run goes as it does.
  package var onDecision: ((PoolDecision) -> Void)? {
    didSet { driver.explain(to: onDecision) }
  }

  /// Called once, before anything is read, when a worker is ready and an input is open. A run that
  /// fails before that must not change files, so files are changed here. If this throws, nothing is
  /// read.
  package var onBegin: () throws(SystemError) -> Void = {}

  /// Starts the fork server. The workers that it forks inherit what exists now.
  ///
  /// - Parameters:
  ///   - configuration: how the pool is set up.
  ///   - form: what the records are and how results are written.
  ///   - inputs: what to read, in this order.
  ///   - results: where to write results.
  ///   - exceptions: where to write exceptions, if the format has no place for them.
  ///   - failed: keeps the input lines of exceptions.
  ///   - checkpoint: where what is done is written down, and what earlier runs have done.
  ///   - makeWorker: makes the worker of a slot, in the worker's process.
  /// - Throws: `SystemError` if the memory that the pool shares with its workers cannot be had.
  package init(
    _ configuration: PoolConfiguration, _ form: RecordForm, inputs: [InputFile],
    results: ResultSink, exceptions: ResultSink, failed: FailedLines? = nil,
    checkpoint: Checkpoint? = nil, makeWorker: @escaping MakeWorker
  ) throws(SystemError) {
    var form = form
    form.fileNames = inputs.map(\.name)
    self.failed = failed
    self.results = results
    var configuration = configuration
    configuration.hasShards = form.shardPath != nil
    let jobs = configuration.jobs
    let mostMemory = configuration.mostMemory
    let triesAgain = configuration.retry.retries > 0
    target = TupleTarget(form.format, results: results, exceptions: exceptions)
    let explains = configuration.explains
    log = checkpoint.map { RunLog($0, failed: failed) }
    recordsBefore = checkpoint?.state.done.count ?? 0
    target.log = log
    if let state = checkpoint?.state {
      configuration.leavesUndone = true
      configuration.before = Before(
        outputs: state.done.count - state.exceptions.count, exceptions: state.exceptions.count)
    }
    driver = try PoolDriver(
      configuration, target: target,
      context: { [form] in form.context($0, of: jobs) },
      body: { [form] channel in
        var worker = try makeWorker(channel.context)
        if !worker.endsItself { channel.endWithProgram() }
        let link = WorkerLink(channel, form, triesAgain: triesAgain, mostMemory: mostMemory)
        link.explains = explains
        try worker.run(link)
      })
    let lookup = RecordLookup(
      form, shards: jobs, budget: configuration.budget?.amount ?? .infinity)
    reader = RecordReader(
      files: inputs, mode: form.mode, encoding: form.encoding, slabs: driver.slabs, lookup: lookup,
      counter: form.countsOccurrences ? OccurrenceCounter() : nil, log: log,
      known: checkpoint?.state.inputs ?? [])
    account = LineAccount(reader, form, failed: failed, log: log, slabs: driver.slabs)
    if let log { account.failures = FailureTally(counts: log.earlierFailures) }
    if configuration.pairsByOrder {
      driver.keepDoubts(
        onLines: failed.map { failed in { form.mode.forEachLine(of: $1, in: $0, failed.add) } })
    }
    driver.begin(FileFeed(reader, form, account, log, slabs: driver.slabs), account: account) {
      [unowned self] in onNotice(.pool($0))
    }
    reader.inputs.onProblem = { [unowned self] in note($0) }
    reader.onDiscard = { [unowned self] piece in
      if let log { return log.discard(piece, of: reader.place.index - 1) }
      keepingLines { try failed?.pass(piece) }
    }
    reader.inputs.onChange = { [unowned self] in
      report.change = InputChange(file: reader.fileName, difference: $0)
      driver.giveUp(.inputChanged)
    }
    if let log { watch(log) }
    reader.onRepeat = { [unowned self] in onNotice(.repeatedLine(file: $0, line: $1)) }
    reader.onMark = { [unowned self] in onDecision?(.byteOrderMark(file: $0)) }
    account.watch.onFound = { [unowned self] in onNotice(.wrongInput($0)) }
  }

  deinit { driver.disband() }

  private func watch(_ log: RunLog) {
    driver.nextMoment = { [unowned log] in log.nextMoment }
    guard let descriptor = log.descriptor else { return }
    driver.watch(descriptor, while: { [unowned log] in log.descriptor != nil }) {
      [unowned self] in keepingLog { try log.takeReply() }
    }
  }

  /// A failure to write down what is done ends the run.
  private func keepingLog(_ body: () throws -> Void) {
    driver.carefully(body) { .systemFailed($0) }
  }

  /// Handles signals while the pool runs.
  /// - Parameters:
  ///   - signals: the signals, chosen by the caller.
  ///   - decide: says what to do about a signal.
  package func watch(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    driver.watch(signals, decide: decide)
  }

  /// How far the run has come. Read this when a notice or a signal is handled.
  package var status: PoolStatus { driver.status(inDetail: true) }

  /// As ``status``, without what takes longer to find: the workers, and the record that others wait
  /// for.
  package var briefStatus: PoolStatus { driver.status(inDetail: false) }

  /// Has a body called now and then while the pool runs, in place of the one that was called
  /// before.
  package func watch(every pace: TickPace, _ body: @escaping () -> Void) {
    driver.watch(every: pace, body)
  }

  /// Watches a descriptor while the pool runs.
  /// - Parameters:
  ///   - descriptor: lent until the run is over. Reading it must not wait.
  ///   - isWanted: whether to watch it at the moment.
  ///   - onReadable: called when there is something to read.
  package func watch(
    _ descriptor: CInt, while isWanted: @escaping () -> Bool, onReadable: @escaping () -> Void
  ) {
    driver.watch(descriptor, while: isWanted, onReadable: onReadable)
  }

  /// What the run has done so far, and where its time went; `nil` unless
  /// ``PoolConfiguration/measures``.
  ///
  /// The peak memory of a worker is known when the worker has left.
  package var statistics: RunStatistics? {
    driver.measurements.map {
      var statistics = RunStatistics(
        $0, of: reportSoFar, bytesRead: reader.inputs.bytesRead, bytesWritten: results.bytesWritten)
      statistics.recordsBefore = recordsBefore
      return statistics
    }
  }

  /// Maps the whole input. Returns when every worker has left and every result is written, or when
  /// the run was given up.
  package func run() -> RunReport {
    reader.inputs.onOpen = { [unowned self] in begin() }
    do throws(SystemError) {
      try loop()
    } catch {
      driver.giveUp(.systemFailed(error))
      // All that is left is to wait for the workers to leave. If even that fails, they end with us.
      try? loop()
    }
    if log?.lostLines == nil { keepingLines { try failed?.finish() } }
    driver.noteEnd()
    var report = reportSoFar
    if report.outcome != .complete { report.rest = reader.rest }
    if case .outputFailed(let error) = report.outcome, target.hasLostExceptions {
      report.outcome = .exceptionsFailed(error)
    }
    return report
  }

  private var reportSoFar: RunReport {
    var report = report
    let summary = driver.summary
    report.outcome = summary.outcome
    if log?.failure != nil { report.outcome = .checkpointFailed }
    if let lost = log?.lostLines { report.outcome = .failedLinesFailed(lost) }
    report.checkpointFailure = log?.failure
    report.undone = summary.undone
    report.records = summary.records
    report.outputs = summary.outputs
    report.exceptions = summary.exceptions
    report.isOutOfStep = summary.isOutOfStep
    report.failures = account.failures
    report.linesWithGaps = account.linesWithGaps + reader.inputs.linesWithGaps
    return report
  }

  private func begin() {
    reader.inputs.onOpen = {}
    driver.carefully(onBegin) { .systemFailed($0) }
  }

  private func loop() throws(SystemError) {
    while true {
      try driver.pump()
      if let log {
        keepingLog(log.commit)
      } else {
        keepingLines { try failed?.flush() }
      }
      if driver.isDone { return }
      // Nothing else would say that its turn has come.
      if reader.takesLastLineNow() { continue }
      try driver.wait()
    }
  }

  /// Runs a body that keeps failed lines. If it fails, the run is given up.
  private func keepingLines(_ body: () throws -> Void) {
    driver.carefully(body) { .failedLinesFailed($0) }
  }

  /// Notes that an input could not be read, or not to its end.
  private func note(_ problem: InputProblem) {
    if problem.isUnreadable {
      report.hasUnreadableInput = true
    } else {
      report.hasBrokenInput = true
    }
    onNotice(.input(problem))
  }
}
