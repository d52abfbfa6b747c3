import VimapBytes
import VimapExec
import VimapHTTP
import VimapKit
import VimapRecords
import VimapSystem

/// The one worker that the command line chose.
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
    // A shell's text is not filled in: what is in a record would be read as a part of it.
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

  /// A request that gets no descriptor would fail as if nobody listened: each needs one for its
  /// connection, and two while the host's name is looked up. A number that adapts itself stays
  /// below; one that was asked for has to fit.
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

  /// Every bound argument that is asked for has to have a value.
  private static func check(_ names: Set<String>, _ form: RecordForm) throws {
    let known = Set(form.initArguments.map(\.name))
    if let name = names.subtracting(known).min() {
      throw Refusal(.usage, "{init.\(name)}: give it a value with --init \(name)=VALUE")
    }
  }

  /// Large pipes save changes between processes; a user's pipes share one quota, by default 64 MiB
  /// (pipe(7)), of which this takes no more than half.
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

  /// How long what is under way is waited for when the run is stopped.
  var patience: RunEnding.Patience {
    switch self {
    case .command(let worker), .each(let worker):
      let time = Duration.nanoseconds(Int64(clamping: worker.termSequence.length))
      return .altogether("\(TimeSpan(seconds: time.seconds)) (--term-seq)")
    case .http(let worker): return .each("\(TimeSpan(seconds: worker.timeout.seconds))")
    }
  }

  /// The longest pause that a server may ask for and get.
  var longestPause: Duration {
    if case .http(let worker) = self { worker.longestPause } else { .zero }
  }

  /// The pool as this worker needs it.
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
      // So that requests are full where the input has enough.
      if let batch = configuration.batch { pool.chunk = pool.chunk ?? batch }
      pool.attribution = .everyBegun
      pool.handsOutSingly = pool.halt != nil
    }
    return pool
  }

  /// As this one, with what commands write to standard error written there.
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

  /// Makes a worker in its own process.
  func make(_ context: WorkerContext) throws -> any PoolWorker {
    Descriptor.leaveStandardStreams()
    // What is sent to all processes of this name, as by killall(1), is for the parent to obey.
    Signals.block([Signals.interrupt, Signals.terminate, Signals.hangUp])
    // What servers answer while vimap is stopped is taken in.
    if case .http = self { Signals.block([Signals.suspend]) }
    switch self {
    case .command(let configuration): return CommandWorker(configuration)
    case .each(let configuration): return EachWorker(configuration)
    case .http(let configuration): return HTTPWorker(configuration)
    }
  }
}
