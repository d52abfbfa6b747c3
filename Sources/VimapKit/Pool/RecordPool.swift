import VimapBytes
public import VimapSystem

/// A pool that maps the lines of files, each a JSON value, to lines of results in another file.
///
/// Its workers see batches of lines and answer them with bytes (``PoolWorker``); nothing is copied
/// on the way, and no Swift value is made of a record. ``Pool`` is for workers that map Swift
/// values.
///
/// It belongs to one thread; see ``Pool`` for what that means for a program that has several.
public final class RecordPool {
  /// Makes the worker of a slot; called in the worker's process.
  public typealias MakeWorker = (WorkerContext) throws -> any PoolWorker

  private let driver: PoolDriver
  private let target: TupleTarget
  private let reader: RecordReader
  private let results: ResultSink
  private let failed: FailedLines?

  /// Told what a person should know while the run goes on.
  public var onNotice: (PoolNotice) -> Void {
    get { driver.onNotice }
    set { driver.onNotice = newValue }
  }

  /// Told of what the pool decides, for those who want to know why a run goes as it does.
  public var onDecision: ((PoolDecision) -> Void)? {
    get { driver.onDecision }
    set { driver.onDecision = newValue }
  }

  /// Called once, before anything is read, when a worker is ready and an input is open: the moment
  /// to change what a run that comes to nothing is to leave as it was. Where it throws, nothing is
  /// read.
  public var onBegin: () throws(SystemError) -> Void = {}

  /// Forks what will fork the workers: they inherit what there is at this moment.
  ///
  /// - Parameters:
  ///   - configuration: what the pool is to be.
  ///   - form: what the records are and how results are written.
  ///   - inputs: what is read, in this order.
  ///   - results: where results are written.
  ///   - exceptions: where exceptions are written that the format has no place for.
  ///   - failed: where the input lines of exceptions are kept.
  ///   - makeWorker: makes the worker of a slot, in its own process.
  /// - Throws: `SystemError` where the memory that the pool shares with its workers cannot be had.
  public init(
    _ configuration: PoolConfiguration, _ form: RecordForm, inputs: [InputFile],
    results: ResultSink, exceptions: ResultSink, failed: FailedLines? = nil,
    makeWorker: @escaping MakeWorker
  ) throws(SystemError) {
    var form = form
    form.fileNames = inputs.map(\.name)
    self.failed = failed
    self.results = results
    var configuration = configuration
    configuration.hasShards = form.shardPath != nil
    let jobs = configuration.jobs
    let mostMemory = configuration.mostMemory
    let retry = configuration.retry
    target = TupleTarget(form.format, results: results, exceptions: exceptions)
    let explains = configuration.explains
    driver = try PoolDriver(
      configuration, target: target,
      context: { [form] in form.context($0, of: jobs) },
      body: { [form] channel in
        var worker = try makeWorker(channel.context)
        if !worker.endsItself { channel.endWithProgram() }
        let link = WorkerLink(channel, form, retry: retry, mostMemory: mostMemory)
        link.explains = explains
        try worker.run(link)
      })
    let lookup = RecordLookup(
      form, shards: jobs, budget: configuration.budget?.amount ?? .infinity)
    reader = RecordReader(
      files: inputs, mode: form.mode, encoding: form.encoding, slabs: driver.slabs, lookup: lookup,
      counter: form.countsOccurrences ? OccurrenceCounter() : nil)
    reader.onProblem = { [unowned driver] in driver.note($0) }
    reader.onDiscard = { [unowned driver] piece in
      driver.keepingLines { try failed?.pass(piece) }
    }
    if configuration.pairsByOrder {
      driver.doubts = Doubts(
        slots: jobs, mode: form.mode, onLine: failed.map { failed in { failed.add($0) } })
    }
    reader.onRepeat = { [unowned driver] in driver.onNotice(.repeatedLine(file: $0, line: $1)) }
    reader.onMark = { [unowned driver] in driver.onDecision?(.byteOrderMark(file: $0)) }
    let feed = FileFeed(reader, form, slabs: driver.slabs)
    feed.watch.onFound = { [unowned driver] in driver.onNotice(.wrongInput($0)) }
    driver.feed = feed
    driver.onFailedLine = failed.map { failed in
      { [unowned driver] batch, record, line in
        try batch.withLine(of: record, line, in: driver.slabs) { failed.add($0) }
      }
    }
  }

  deinit { driver.disband() }

  /// Takes signals into account while the pool runs.
  /// - Parameters:
  ///   - signals: the signals, which the caller has chosen.
  ///   - decide: what to do about one that has come.
  public func watch(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    driver.watch.add(signals, decide: decide)
  }

  /// How far the run has come; to be asked for in what is told of notices and signals.
  public var status: PoolStatus { driver.status(inDetail: true) }

  /// As ``status``, without what takes a moment to be found: the workers, and the record that
  /// others wait for.
  public var briefStatus: PoolStatus { driver.status(inDetail: false) }

  /// Has somebody called now and then while the pool runs, where something has changed and where
  /// nothing has. Whoever was called before is not called any more.
  public func watch(every pace: TickPace, _ body: @escaping () -> Void) {
    driver.watch.add(pace, body)
  }

  /// Has a descriptor watched while the pool runs.
  /// - Parameters:
  ///   - descriptor: lent for the length of the run; it is not to wait when it is read.
  ///   - isWanted: whether it is to be watched at the moment.
  ///   - onReadable: called when there is something to be read.
  public func watch(
    _ descriptor: CInt, while isWanted: @escaping () -> Bool, onReadable: @escaping () -> Void
  ) {
    driver.watch.add(descriptor, while: isWanted, onReadable: onReadable)
  }

  /// What the run has come to by now, and where its time went; `nil` unless
  /// ``PoolConfiguration/measures``.
  ///
  /// The peak memory of a worker is known when it has left.
  public var statistics: RunStatistics? {
    driver.statistics(bytesRead: reader.bytesRead, bytesWritten: results.bytesWritten)
  }

  /// Maps the whole input. Returns when every worker has left and every result is written, or when
  /// the run has been given up.
  public func run() -> RunReport {
    reader.onOpen = { [unowned self] in begin() }
    do throws(SystemError) {
      try loop()
    } catch {
      driver.giveUp(.systemFailed(error))
      // What is left is to see the workers out; where even that fails, they end with us.
      try? loop()
    }
    driver.keepingLines { try failed?.finish() }
    driver.ended = Clock.now()
    var report = driver.report
    report.outputs = driver.flow.outputs
    report.exceptions = driver.flow.exceptionCount
    report.linesWithGaps += reader.linesWithGaps
    if report.outcome == .complete, let failure = driver.state.phase.failure {
      report.outcome = .noWorker(failure.message)
    }
    if report.outcome != .complete { report.rest = reader.rest }
    if case .outputFailed(let error) = report.outcome, target.hasLostExceptions {
      report.outcome = .exceptionsFailed(error)
    }
    return report
  }

  private func begin() {
    reader.onOpen = {}
    driver.carefully(onBegin) { .systemFailed($0) }
  }

  private func loop() throws(SystemError) {
    while true {
      try driver.pump()
      driver.keepingLines { try failed?.flush() }
      if driver.isDone { return }
      try driver.wait()
    }
  }
}

extension PoolDriver {
  /// A failure to keep the lines that failed ends the run.
  fileprivate func keepingLines(_ body: () throws -> Void) {
    carefully(body) { .failedLinesFailed($0) }
  }

  /// An input could not be read, or not to its end.
  fileprivate func note(_ problem: InputProblem) {
    if problem.isUnreadable {
      report.hasUnreadableInput = true
    } else {
      report.hasBrokenInput = true
    }
    onNotice(.input(problem))
  }
}
