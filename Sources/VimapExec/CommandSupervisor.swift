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
  var scratch = ByteBuffer(capacity: 64 << 10)
  var encoded = ByteBuffer()
  /// Bytes on their way to the command.
  var feeding: ByteView = .empty
  var begun = 0
  /// The pool has been told that more records may help, and has sent none since.
  var hasAskedForMore = false
  /// The pool can send no more before it gets answers.
  var mustDrain = false
  var hasErrorEnded = false
  /// Whether the last answer is waiting for room in the results.
  var isFull = false
  var isClosed = false
  /// Only what the command was fed is still this worker's.
  private var hasRetired = false

  var silence = Silence()
  var restart = RestartPause()
  var farewell: Farewell?
  var stopwatch: Stopwatch
  var service = ServiceClock()
  /// Answers that became exceptions, of those being taken.
  var excepted = 0
  /// The command was too slow and is to leave; what it still says is no answer.
  var isDismissed = false
  /// The command has answered all it was fed while its input was still open…
  var hasAnsweredAll = false
  /// …or was silent with everything read, and then gave several answers at once.
  var holdsBack = false
  var hasAnsweredSinceStart = false
  /// The command left, or closed its input, before it was given all of what it was fed.
  var hasRefusedInput = false
  /// A line that belonged to no record has been told of.
  var hasReportedStray = false
  /// The command closed its output while its input was open.
  var hasClosedOutput = false
  /// The first record since the last time that answers and records were even.
  var evenIndex = 1
  /// The first record that the running command was fed.
  var firstIndex = 1
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
    let feedsText = configuration.feedsText(link.mode)
    queue = FeedQueue(
      configuration.lines == .envelope ? .envelope : feedsText ? .text : .records)
    queue.onFinished = link.retire
    answers = AnswerReader(longest: configuration.longestAnswer)
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
      // One that is at several records is silent for longer without holding anything back.
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

  // MARK: The command's life

  private func start() throws {
    do throws(SystemError) {
      command = try CommandProcess(
        request, pipeCapacity: configuration.pipeCapacity, groupSlot: link.groupSlot)
    } catch {
      throw configuration.failure(toStart: configuration.arguments[0], error)
    }
    answers.startAnew()
    errors.startAnew()
    hasErrorEnded = false
    hasAnsweredSinceStart = false
    hasRefusedInput = false
    mustDrain = false
    hasClosedOutput = false
    try link.explain("the command was started")
    firstIndex = queue.next.map { $0.batch.index(of: $0.record) } ?? firstIndex
    evenIndex = firstIndex
  }

  /// The command is gone and all it said has been read.
  func bury(_ end: ProcessEnd) throws {
    try link.explain("the command \(end), owing \(queue.owed) answers")
    // Of one that was dismissed nobody is waiting for anything.
    if isDismissed {
      letGo()
      return restart.died(at: clock)
    }
    let wasAskedTo = command?.isInputOpen == false && !hasClosedOutput
    let hadUnread = hasRefusedInput || !feeding.isEmpty || (command?.unreadInput ?? 0) > 0
    letGo()
    try refuseInvalid()

    if wasAskedTo, end == .exited(status: 0), queue.owed > 0, !hadUnread, queue.suspectEnd == nil {
      if !usesEnvelope { try reportMissing() }
      try giveUpMissing(end)
    } else if queue.commandDied(
      oneByOne: answersPromptly || restart.isInVain, leftInput: hadUnread && hasAnsweredSinceStart)
    {
      try blameNext(end)
    }
    restart.died(at: clock)
  }

  func letGo() {
    command = nil
    feeding = .empty
    farewell = nil
    isDismissed = false
  }

  /// The one record that the command can have died of.
  private func blameNext(_ end: ProcessEnd) throws {
    guard let (batch, record) = queue.next else { return }
    try link.exception(
      .commandEnded(end, traceback: errors.traceback, attempts: batch.attempt), for: record,
      of: batch, seconds: service.seconds(clock))
    queue.answerNext(byCommand: true)
  }

  /// The command gave fewer answers than it had records, and does not say which are missing.
  private func reportMissing() throws {
    try link.reportOutOfStep(
      from: evenIndex,
      "the command gave \(queue.owed) \(queue.owed == 1 ? "answer" : "answers") fewer than it had"
        + " records: outputs from record \(evenIndex) on may stand beside the wrong input; it must"
        + " print one line for each")
  }

  /// The command read all it was given, ended as it should, and left some of it unanswered.
  private func giveUpMissing(_ end: ProcessEnd) throws {
    while queue.owed > 0 {
      try blameNext(end)
      try refuseInvalid()
    }
  }

  // MARK: Feeding

  private func feed() throws {
    if command == nil, restart.isOver(clock), !queue.isEmpty {
      try start()
      link.noteRestart()
    }
    guard let command, command.end == nil else { return }
    // What is refused can be a whole group of suspects, and the next is then to be fed.
    repeat { try feed(command) } while try refuseInvalid() && queue.canFeed
    closeInputIfDone(command)
  }

  private func feed(_ command: CommandProcess) throws {
    while command.isInputOpen {
      if feeding.isEmpty {
        if queue.owed == 0 {
          stopwatch.restart()
          service.begin(clock)
        }
        guard let bytes = queue.nextBytes(&scratch) else { break }
        feeding = bytes
        noteBegun()
        hasAskedForMore = false
        mustDrain = false
      }
      do throws(SystemError) {
        guard let count = try Descriptor.write(command.input, feeding) else { return }
        feeding = feeding.slice(count)
      } catch {
        // The command reads no more; what it has left to say, and its end, will tell.
        feeding = .empty
        hasRefusedInput = true
        command.closeInput()
        beginFarewell()
      }
    }
  }

  private func noteBegun() {
    link.begin(queue.furthestFed - begun)
    begun = queue.furthestFed
  }

  /// Where the run is stopped, only what the command was fed is finished.
  private func retireIfRecalled() throws {
    guard !hasRetired, link.isRecalled else { return }
    noteBegun()
    try link.retire()
    leaveUnfed()
  }

  private func leaveUnfed() {
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

  /// The command answers each record as it comes. One that may answer in any order is at several,
  /// and seldom has answered all; it is enough that it answers.
  var answersPromptly: Bool {
    usesEnvelope ? silence.hasBeenBroken : hasAnsweredAll && !holdsBack
  }

  /// All that the command will be given for now is with it, and it may be told of its input's end:
  /// at the end of the run, behind a group of suspects, or when the pool can give no more.
  var isLastFed: Bool {
    guard feeding.isEmpty else { return false }
    let mayEnd = (isClosed || mustDrain) && !queue.canFeed && queue.suspectEnd == nil
    return mayEnd || queue.isGroupFed
  }

  /// Tells the command of the end of its input once it has answered everything, and gives it time
  /// to leave.
  private func closeInputIfDone(_ command: CommandProcess) {
    guard queue.owed == 0 else { return }
    if isClosed, isLastFed, queue.isEmpty { command.closeInput() }
    if !command.isInputOpen { beginFarewell() }
  }
}
