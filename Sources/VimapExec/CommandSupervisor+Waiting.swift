import VimapBytes
import VimapKit
import VimapSystem

/// What the supervisor waits for, and what it makes of it.
extension CommandSupervisor {
  /// Waits for something to happen.
  func wait() throws {
    watch.set(
      command, feeds: !feeding.isEmpty, reads: !isFull && !answers.isAtEnd,
      relays: !hasErrorEnded)
    clock = try watch.wait(until: nextTimer, from: clock)
  }

  private var nextTimer: Nanoseconds? {
    var times: [Nanoseconds] = link.hasMail ? [clock] : []
    if command == nil {
      if !queue.isEmpty { times.append(restart.over) }
    } else if mayBeSilent {
      times.append(silence.nextCheck)
    }
    if let time = command?.nextLook { times.append(time) }
    if let time = farewell?.nextStep { times.append(time) }
    if isOwing, let time = stopwatch.end { times.append(time) }
    return times.min()
  }

  /// Takes in what has happened to the command.
  func look() throws {
    guard let command = try takeSignals() else { return }
    if watch.hasError { hasErrorEnded = !errors.read(from: command.error) }
    if !isFull, watch.hasOutput { _ = try answers.read(from: command.output) }
    if watch.hasSignals || command.isToBeLookedAt(clock), try isGone(command) {
      try readToEnd(command)
    } else if answers.isAtEnd, command.end == nil {
      // Without an output it can answer nothing any more. Most often it is just about to end.
      if command.isInputOpen { hasClosedOutput = true }
      command.closeInput()
      beginFarewell(patience: .seconds(1))
    }
    try takeFarewell(command)
    try breakSilence(command)
  }

  /// Reads what a command that has ended left in its pipes. Something it started may hold them
  /// open still, so this waits
  /// for no end, and stops at more than a pipe can hold.
  private func readToEnd(_ command: CommandProcess) throws {
    _ = errors.read(from: command.error)
    var reads = 0
    while reads < 64, try answers.read(from: command.output) { reads += 1 }
    answers.noteEnd()
  }

  private func takeFarewell(_ command: CommandProcess) throws {
    while command.end == nil, let signal = farewell?.take(clock) {
      try tellIfLeft(command, signal)
      if signal == Signals.kill {
        try command.kill()
        try readToEnd(command)
      } else {
        command.signal(signal)
      }
    }
  }

  /// From now on the command has its time to leave.
  func beginFarewell(patience: Nanoseconds = .max) {
    if farewell == nil {
      farewell = Farewell(configuration.termSequence, from: clock, patience: patience)
    }
  }

  /// The command owes an answer, and nobody else keeps it from giving it.
  private var isOwing: Bool { queue.owed > 0 && !isFull && command != nil }

  /// Ends a command that has been at a record for too long. That record has had its time; what else
  /// the command owes is given to the next.
  func endIfLate() throws {
    guard isOwing, stopwatch.isOver(clock), let command, command.end == nil,
      let limit = stopwatch.limit, let (batch, record) = queue.next
    else { return }
    try link.explain("the command is too slow with record \(batch.index(of: record)) and is ended")
    isDismissed = true
    feeding = .empty
    command.closeInput()
    beginFarewell(patience: .seconds(1))
    try link.exception(
      .timedOut(after: limit, traceback: errors.traceback, attempts: batch.attempt), for: record,
      of: batch, seconds: service.seconds(clock))
    queue.answerNext(byCommand: true)
    queue.takeBack()
    answers.discard()
  }

  /// The command has all it is to get for now, and it is its turn to speak.
  private var mayBeSilent: Bool {
    queue.owed > 0 && feeding.isEmpty && !isFull && command?.isRunning == true
  }

  /// Sees to a command that owes answers, has read all it was given, and says nothing.
  private func breakSilence(_ command: CommandProcess) throws {
    guard mayBeSilent, let check = silence.check(clock, hasTakenAll: { command.unreadInput == 0 })
    else { return }
    switch check {
    case .hungry where isLastFed:
      // A command that holds its answers back gives them at the end of its input; one that answers
      // as it goes shows by a long silence that it has skipped a record. One that works on several
      // may just be slow, so that its end is not brought about lightly.
      let mayClose =
        usesEnvelope && !isClosed && !queue.isGroupFed
        ? silence.isUnlikeBefore : !answersPromptly || silence.isLong(clock)
      if mayClose {
        if queue.isGroupFed { queue.growGroups() }
        command.closeInput()
      }
    case .hungry:
      // To one that answers as it goes, more would only mean that it is taken from other workers;
      // but by a silence unlike any before it may have left a record out, and wait for the next.
      let mayHelp = !answersPromptly || silence.isUnlikeBefore
      if mayHelp, !hasAskedForMore, command.isInputOpen {
        try link.reportHungry()
        hasAskedForMore = true
      }
    case .stalled:
      try link.notice(
        "no answer for 5 s though the command has read its input: if it holds its output back,"
          + " flush each line (python -u, stdbuf -oL, jq --unbuffered)")
    }
  }
}
