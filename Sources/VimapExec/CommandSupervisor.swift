import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Keeps one worker's command going: feeds it, pairs its answers with its records, starts it again
/// when it dies, and finds the record it died of.
final class CommandSupervisor {
  let link: WorkerLink
  let configuration: ExecConfiguration
  let errors: StandardErrorRelay
  let queue: FeedQueue
  let pairing: AnswerPairing
  let restart = RestartPause()
  let habits = CommandHabits()
  let stall = StallDetector()
  let certainty = Certainty()
  private let request: SpawnRequest
  private var watch: CommandWatch
  private var scratch = ByteBuffer(capacity: 64 << 10)
  private(set) var clock: Nanoseconds
  /// How many records the pool knows to be begun.
  private var begun = 0
  /// The command that runs; `nil` between two.
  private(set) var session: CommandSession?

  init(_ link: WorkerLink, _ configuration: ExecConfiguration, _ signals: CommandSignals) {
    self.link = link
    self.configuration = configuration
    request = configuration.spawnRequest(arguments: configuration.arguments, link.context)
    errors = configuration.errorRelay(link.context)
    queue = FeedQueue(
      configuration.feedForm(link.mode, link.context), match: configuration.match,
      onFinished: link.retire)
    clock = Clock.now()
    pairing = AnswerPairing(link, configuration, queue, clock)
    watch = CommandWatch(link: link.descriptor, signals)
  }

  func run() throws {
    Signals.ignoreFailedWrites()
    do {
      try start()
      try link.reportReady()
      while true {
        try receive()
        try retireIfRecalled()
        try answer()
        try feed()
        if link.stage > .open, queue.isEmpty, session == nil { return }
        try link.flush()
        try wait()
        try look()
      }
    } catch {
      // Whatever ends this worker must not leave its command behind.
      try? session?.process.kill()
      throw error
    }
  }

  // MARK: The pool's side

  private func receive() throws {
    while true {
      switch try link.receive(waiting: false) {
      case .batch(let batch):
        queue.add(batch)
        stall.noteRecords(clock)
      case .room: noteRoom()
      case .flush: session?.noteMustFlush()
      case .closed, .pause: break
      case .nothing: return
      }
    }
  }

  private func noteRoom() {
    // While there was no room nobody could hear whether the command had answered.
    if pairing.isFull { session?.restartStopwatch() }
    pairing.noteRoom()
  }

  private func noteBegun() {
    link.begin(queue.furthestFed - begun)
    begun = queue.furthestFed
  }

  /// Where the run is stopped, only what the command was fed is finished, in the time that a
  /// command has to leave.
  private func retireIfRecalled() throws {
    guard link.isRecalled else { return }
    if link.stage < .retired { try retire() }
    _ = try link.heedRecall()
    session?.leave(clock)
  }

  /// Leaves its place to another worker where the command has grown too large. What the command was
  /// fed is finished as at the end of the run.
  func retireIfLarge() throws {
    guard link.stage == .open, let process = session?.process, process.end == nil else { return }
    noteBegun()
    guard try link.retires(measuring: { ResidentMemory.ofGroup(process.process) }) else { return }
    queue.dropUnfed()
  }

  func retire() throws {
    noteBegun()
    try link.retire()
    queue.dropUnfed()
  }

  // MARK: Starting and feeding

  private func start() throws {
    let process: CommandProcess
    do throws(SystemError) {
      process = try CommandProcess(
        request, pipeCapacity: configuration.pipeCapacity, groupSlot: link.groupSlot)
    } catch {
      throw configuration.failure(toStart: configuration.arguments[0], error)
    }
    errors.startAnew()
    clock = Clock.now()
    session = CommandSession(
      process, configuration, isTrusted: !configuration.pairsByOrder || habits.provesOrder, clock)
    pairing.beginTurn(clock)
    certainty.begin(clock)
    try link.explain("the command was started")
  }

  /// The command is gone.
  func endSession() {
    session = nil
    restart.died(at: clock)
  }

  private func feed() throws {
    if session == nil, restart.isOver(clock), !queue.isEmpty {
      try start()
      link.noteRestart()
    }
    guard let session, session.isServing else { return }
    // If a whole group of suspects is refused, the next group is fed at once.
    repeat { try feed(session) } while try pairing.refusePassedBy() && queue.canFeed
    closeInputIfDone(session)
  }

  private func feed(_ session: CommandSession) throws {
    if session.awaitsReadySign { return }
    while session.input.isOpen {
      if session.input.isWritten {
        pauseFeedingIfDue(session)
        session.input.closeIfOutlived()
        guard session.input.isOpen else { return }
        if awaited(session) == 0 {
          session.restartStopwatch()
          pairing.beginTurn(clock)
        }
        let allowance = certainty.isAwaited ? 0 : session.handshakeAllowance
        guard let bytes = queue.nextBytes(&scratch, allowance: allowance) else { return }
        session.give(bytes, owed: queue.owed, clock)
        noteBegun()
        certainty.noteFed(bytes.count, clock)
      }
      guard try session.write(clock) else { return }
    }
  }
  /// Gives the command nothing more if too much is in doubt: until it has answered everything or,
  /// if it holds its answers back, to its end.
  private func pauseFeedingIfDue(_ session: CommandSession) {
    guard configuration.pairsByOrder, !session.isHandshakeOpen, !certainty.isAwaited,
      certainty.isDue(clock)
    else { return }
    certainty.holdFeeding()
    // Where processors are busy, a command that has answered everything before may seem to hold
    // its answers back. What it does now will show.
    if !habits.hasAnsweredAll { session.input.close() }
  }

  /// Tells the command of the end of its input once it has answered everything, and gives it time
  /// to leave.
  private func closeInputIfDone(_ session: CommandSession) {
    guard awaited(session) == 0 else { return }
    if link.stage > .open, isLastFed(session), !queue.hasUnfed { session.finishInput() }
    if !session.input.isOpen, session.heldAnswers == 0 {
      session.leave(clock)
    }
  }

  /// All that the command will be given for now is with it, and it may be told of its input's end:
  /// at the end of the run, behind a group of suspects, or when the pool can give no more.
  func isLastFed(_ session: CommandSession) -> Bool {
    guard session.input.isWritten else { return false }
    let mayEnd = link.stage > .open || session.mustFlush
    return queue.isGroupFed || (mayEnd && !queue.canFeed && !queue.hasSuspects)
  }

  // MARK: Waiting

  /// Waits for something to happen.
  private func wait() throws {
    watch.set(
      session?.process, input: session?.input.interest ?? [],
      reads: !pairing.isFull && session?.answers.isAtEnd == false,
      relays: session?.hasError == true)
    clock = try watch.wait(until: nextTimer, from: clock)
  }

  private var nextTimer: Nanoseconds? {
    if link.hasPending { return clock }
    guard let session else { return queue.isEmpty ? nil : restart.over }
    if pairing.awaitsWriting, session.input.missing.isEmpty { return clock }
    var times = [
      session.nextCheck(isOwing: isOwing(session), isFull: pairing.isFull, isTimed: isTimed)
    ]
    if !session.isDismissed {
      if mayStall(session) { times.append(stall.nextCheck) }
      if configuration.pairsByOrder { times.append(certainty.nextCheck) }
    }
    return times.compactMap(\.self).min()
  }

  private var isTimed: Bool { configuration.timeLimit != nil || configuration.startLimit != nil }

  /// Takes in what has happened to the command.
  private func look() throws {
    if watch.hasSignals { try watch.takeSignals(for: session?.process) }
    guard let session else { return }
    let process = session.process
    if watch.hasError { session.relayError(to: errors) }
    if !pairing.isFull, watch.hasOutput { try session.readAnswers() }
    if watch.hasSignals || process.isToBeLookedAt(clock), try hasEnded(session) {
      try session.readToEnd(errors)
    } else if session.answers.isAtEnd, process.end == nil {
      // The command has closed its output, so it can't answer. Most often it is about to end.
      session.leaveUnasked(clock, firstPause: .seconds(1))
    }
    if watch.hasBrokenInput { session.noteBrokenInput(clock) }
    try sendSignals(session)
    if process.end == nil, certainty.check(clock) { try noteCertain() }
    try complainOfLoading(session)
    if !watch.hasOutput { try seeToStall(session) }
  }

  /// Whether the command, and all of its group, has ended.
  private func hasEnded(_ session: CommandSession) throws -> Bool {
    let process = session.process
    let answered = queue.answerCount + session.heldAnswers
    let end = try process.look(answered: answered) { try link.notice($0) }
    // There is nobody to feed any more. The processes that are left get the time of a command that
    // is to leave.
    if end == nil, process.isLeft { session.leaveUnasked(clock) }
    return end != nil
  }

  /// Sends a command that does not leave by itself the signals that are due.
  private func sendSignals(_ session: CommandSession) throws {
    let process = session.process
    while process.end == nil, let signal = session.takeSignal(clock) {
      if process.isLeft, !session.isDismissed { try link.notice(StopRule.wasLeft(signal)) }
      if signal == Signals.kill {
        try process.kill()
        try session.readToEnd(errors)
      } else {
        process.signal(signal)
      }
    }
  }

  /// Says that the command has not been ready for some time.
  private func complainOfLoading(_ session: CommandSession) throws {
    guard session.shouldComplainOfLoading(isTimed: isTimed, clock) else { return }
    if let sign = configuration.readySign {
      try link.notice(
        "nothing is given to the command before it prints the line that --ready names: \(sign)")
    } else {
      try link.notice(
        "the command has not read its first record yet: --timeout counts from there;"
          + " --start-timeout limits the time before")
    }
  }
}
