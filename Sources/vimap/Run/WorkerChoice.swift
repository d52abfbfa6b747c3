import VimapBytes
import VimapExec
import VimapHTTP
import VimapKit
import VimapRecords
import VimapSystem

/// The kind of worker that the command line chose.
enum WorkerChoice {
  case command(VimapExec.ExecConfiguration)
  case each(VimapExec.ExecConfiguration)
  case http(HTTPConfiguration)

  init(_ line: TypedLine, _ pool: PoolConfiguration, _ form: RecordForm) throws {
    try line.check()
    let options = line.options
    if options.http.post.isEmpty {
      let worker = try Self.commandWorker(line, pool, form)
      self = options.exec.each ? .each(worker) : .command(worker)
    } else {
      self = .http(try Self.httpWorker(options, form))
    }
  }

  private static func commandWorker(
    _ line: TypedLine, _ pool: PoolConfiguration, _ form: RecordForm
  ) throws -> VimapExec.ExecConfiguration {
    let options = line.options
    let environment = inheritedEnvironment()
    var worker =
      options.exec.exec.map { .shell($0, environment: environment) }
      ?? VimapExec.ExecConfiguration(arguments: line.command ?? [], environment: environment)
    // A shell's text is not filled in: the shell would run what is in a record.
    worker.fillsArguments = options.exec.each && options.exec.exec == nil
    if worker.fillsArguments { try check(Set(worker.initNames), form) }
    if options.exec.lineProtocol == .envelope {
      worker.lines = .envelope
      let concurrency = options.http.concurrency ?? .usual
      worker.concurrency = try concurrency.checkedNumber() ?? worker.concurrency
    } else {
      worker.lines = options.exec.text ? .text : .records
    }
    try worker.choosePairing(options, form)
    worker.longestAnswer = options.records.maxRecord.bytes
    worker.marksStandardError = Descriptor.isTerminal(StandardDescriptor.error)
    worker.pipeCapacity = pipeCapacity(pool.jobs)
    worker.fileLimit = SystemProcess.raiseFileLimit()
    worker.timeLimit = options.time.timeout.map { .seconds($0.seconds) }
    if let text = options.time.termSeq {
      guard let sequence = TermSequence(text) else {
        throw Refusal(.usage, "--term-seq '\(text)': \(TermSequence.expectation)")
      }
      worker.termSequence = sequence
    }
    return worker
  }

  private static func httpWorker(
    _ options: VimapCommand, _ form: RecordForm
  ) throws -> HTTPConfiguration {
    var worker = try HTTPConfiguration(options.http, options.connection)
    if let time = options.time.timeout { worker.timeout = .seconds(time.seconds) }
    try check(Set(worker.initNames), form)
    SystemProcess.raiseFileLimit()
    try fitDescriptors(&worker)
    if worker.holdsSecrets(environment: inheritedEnvironment()) { SystemProcess.forbidDumps() }
    return worker
  }

  /// Limits the concurrency to the open files that there may be. A request needs a descriptor for
  /// its connection, and two more while its host name is looked up. If it got none, it would fail
  /// as if the server did not listen. A number that adapts itself is lowered; a number that the
  /// user gave must fit.
  private static func fitDescriptors(_ worker: inout HTTPConfiguration) throws {
    let limit = SystemProcess.fileLimit
    let most = (limit - 32) / 3
    if worker.concurrency <= most { return }
    guard most >= 1 else {
      throw Refusal(
        .usage,
        "--post: \(limit) open files are too few: raise the limit (ulimit -Hn) to 35 at least")
    }
    if worker.adaptsConcurrency {
      worker.concurrency = most
      return
    }
    throw Refusal(
      .usage,
      "--concurrency \(worker.concurrency): too many for \(limit) open files: give \(most) at most,"
        + " or raise the limit (ulimit -Hn)")
  }

  /// Checks that every bound argument that is used has a value.
  private static func check(_ names: Set<String>, _ form: RecordForm) throws {
    let known = Set(form.initArguments.map(\.name))
    if let name = names.subtracting(known).min() {
      throw Refusal(.usage, "{init.\(name)}: give it a value with --init \(name)=VALUE")
    }
  }

  /// Large pipes save switches between processes. All pipes of a user share a quota, by default 64
  /// MiB (pipe(7)). This takes no more than half of it.
  private static func pipeCapacity(_ jobs: Int) -> Int {
    let share = (32 << 20) / (2 * jobs)
    return share < 128 << 10 ? 0 : min(1 << 20, 1 << (Int.bitWidth - 1 - share.leadingZeroBitCount))
  }

  /// Refuses a command that cannot be found.
  func checkProgram() throws {
    switch self {
    case .command(let configuration), .each(let configuration): try configuration.checkProgram()
    case .http: break
    }
  }

  /// How long to wait for the work that has been begun when the run is stopped.
  var patience: RunEnding.Patience {
    switch self {
    case .command(let worker), .each(let worker):
      let time = Duration.nanoseconds(Int64(clamping: worker.termSequence.length))
      return .altogether("\(TimeSpan(seconds: time.seconds)) (--term-seq)")
    case .http(let worker): return .each("\(TimeSpan(seconds: worker.timeout.seconds))")
    }
  }

  /// The longest pause of a server that is waited for.
  var longestPause: Duration {
    if case .http(let worker) = self { worker.longestPause } else { .zero }
  }

  /// The pool's configuration with the settings that this worker needs.
  func adapted(_ pool: PoolConfiguration) -> PoolConfiguration {
    var pool = pool
    switch self {
    case .command(let configuration):
      pool.concurrency = configuration.concurrency
      pool.pairsByOrder = configuration.pairsByOrder
      pool.stopsOutOfStep = configuration.stopsOnDesync
    case .each: pool.handsOutSingly = pool.halt != nil
    case .http(let configuration):
      pool.concurrency = configuration.recordsInFlight
      pool.knownKeys = configuration.knownKeys
      // Batches of this size fill requests, if there is enough input.
      if let batch = configuration.batch { pool.chunk = pool.chunk ?? batch }
      pool.attribution = .everyBegun
      pool.handsOutSingly = pool.halt != nil
    }
    return pool
  }

  /// The same worker, with the standard error of commands going to `target`.
  func passingErrors(to target: CInt) -> WorkerChoice {
    switch self {
    case .command(var configuration):
      configuration.standardError = target
      return .command(configuration)
    case .each(var configuration):
      configuration.standardError = target
      return .each(configuration)
    case .http: return self
    }
  }

  /// Makes a worker, in its own process.
  func make(_ context: WorkerContext) throws -> any PoolWorker {
    Descriptor.leaveStandardStreams()
    // If a signal goes to all processes of this name, as with killall(1), only the parent acts on
    // it.
    Signals.block([Signals.interrupt, Signals.terminate, Signals.hangUp])
    // While vimap is stopped, the answers of servers must still be read.
    if case .http = self { Signals.block([Signals.suspend]) }
    switch self {
    case .command(let configuration): return CommandWorker(configuration)
    case .each(let configuration): return EachWorker(configuration)
    case .http(let configuration): return HTTPWorker(configuration)
    }
  }
}
