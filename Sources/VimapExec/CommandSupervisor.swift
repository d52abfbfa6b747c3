import VimapBytes
import VimapKit
import VimapSystem

/// Keeps one worker's command going: feeds it, pairs its answers with its records, starts it again
/// when it dies, and finds the record it died of.
final class CommandSupervisor {
  let link: WorkerLink
  let configuration: CommandConfiguration
  let request: SpawnRequest
  let errors: StandardErrorRelay
  var watch: CommandWatch

  let queue: FeedQueue
  let answers: AnswerReader
  var command: CommandProcess?
  /// What is known of the command that runs, or ran last.
  var life = CommandLife()
  var scratch = ByteBuffer(capacity: 64 << 10)
  var encoded = ByteBuffer()
  /// Bytes on their way to the command.
  var feeding: ByteView = .empty
  var begun = 0
  /// The pool has been told that more records may help, and has sent none since.
  var hasAskedForMore = false
  /// The pool can send no more before it gets answers.
  var mustDrain = false
  /// Whether the last answer is waiting for room in the results.
  var isFull = false
  var isClosed = false
  /// Only what the command was fed is still this worker's.
  var hasRetired = false
  /// The run is stopped, and what the command doesn't answer in time is cancelled.
  var isRecalled = false

  var silence = Silence()
  var restart = RestartPause()
  var farewell: Farewell?
  var stopwatch: Stopwatch
  var service = ServiceClock()
  /// When answers and records were last known to belong together.
  var certainty = Certainty()
  /// Lines that answer no record, of a command whose answers name theirs.
  var strays = StrayLines()
  var brevity = Brevity()
  /// Answers that became exceptions, of those being taken.
  var excepted = 0
  /// The command has answered all it was fed while its input was still open…
  var hasAnsweredAll = false
  /// …or was silent with everything read, and then gave several answers at once.
  var holdsBack = false
  /// A command that holds its answers back has ended with as many as it had records: others are
  /// not asked to prove it again.
  var isProvenByEnd = false
  var clock: Nanoseconds = 0

  init(_ link: WorkerLink, _ configuration: CommandConfiguration, _ signals: CommandSignals) {
    self.link = link
    self.configuration = configuration
    var request = SpawnRequest(
      arguments: configuration.arguments,
      environment: environment(configuration.environment, setting: link.seat.environment))
    request.fileLimit = configuration.fileLimit
    self.request = request
    errors = StandardErrorRelay(
      target: configuration.standardError,
      prefix: configuration.marksStandardError ? "[worker \(link.seat.number)] " : "")
    queue = FeedQueue(configuration.feedForm(link.mode, link.seat), match: configuration.match)
    queue.onFinished = link.retire
    answers = AnswerReader(
      longest: configuration.longestAnswer, endMark: configuration.endMark)
    stopwatch = Stopwatch(limit: configuration.timeLimit)
    watch = CommandWatch(link: link.descriptor, signals)
  }

  func run() throws {
    Signals.ignoreFailedWrites()
    clock = Clock.now()
    do {
      try start()
      try link.reportReady()
      while true {
        try receive()
        try retireIfRecalled()
        try answer()
        try feed()
        if isClosed, queue.isEmpty, command == nil { return }
        try link.flush()
        try wait()
        try look()
      }
    } catch {
      // Whatever ends this worker must not leave its command behind.
      try? command?.kill()
      throw error
    }
  }

  // MARK: The pool's side

  private func receive() throws {
    while !isClosed {
      switch try link.receive(waiting: false) {
      case .batch(let batch):
        queue.add(batch)
        silence.hasMore(clock)
      case .room: noteRoom()
      case .drain: mustDrain = true
      case .closed: isClosed = true
      case .pause: break
      case .nothing: return
      }
    }
    // Room still comes after the last batch; other records, to a worker that is being replaced, go
    // to others.
    while true {
      switch try link.receive(waiting: false) {
      case .room: noteRoom()
      case .nothing: return
      case .batch, .drain, .closed, .pause: break
      }
    }
  }

  /// While there was no room nobody could hear whether the command had answered.
  private func noteRoom() {
    if isFull { stopwatch.restart() }
    isFull = false
  }

  /// Where the run is stopped, only what the command was fed is finished, in the time that a
  /// command has to leave.
  private func retireIfRecalled() throws {
    guard !isRecalled, link.isRecalled else { return }
    isRecalled = true
    if !hasRetired {
      noteBegun()
      try link.retire()
      leaveUnfed()
    }
    if command != nil { beginFarewell() }
  }

  func leaveUnfed() {
    queue.dropUnfed()
    hasRetired = true
    isClosed = true
  }

  /// Leaves its place to another worker where the command has grown too large: what the command was
  /// fed is finished as at the end of the run.
  func retireIfLarge() throws {
    guard !isClosed, let command, command.end == nil else { return }
    noteBegun()
    guard try link.retires(measuring: { ResidentMemory.ofGroup(command.process) }) else { return }
    leaveUnfed()
  }

  // MARK: Starting

  func start() throws {
    do throws(SystemError) {
      command = try CommandProcess(
        request, pipeCapacity: configuration.pipeCapacity, groupSlot: link.groupSlot)
    } catch {
      throw configuration.failure(toStart: configuration.arguments[0], error)
    }
    answers.startAnew()
    errors.startAnew()
    mustDrain = false
    try link.explain("the command was started")
    clock = Clock.now()
    life = CommandLife(
      startedAt: clock, hasReadySign: configuration.readySign != nil,
      startLimit: configuration.startLimit)
    if answersNameRecords || isProvenByEnd { life.handshake = .waived }
    certainty.begin(clock)
  }

  func letGo() {
    command = nil
    feeding = .empty
    farewell = nil
    life.isDismissed = false
  }
}
