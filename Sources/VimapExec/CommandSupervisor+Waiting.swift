import VimapBytes
import VimapKit
import VimapSystem

/// What the supervisor waits for, and what it makes of it.
extension CommandSupervisor {
  /// Waits for something to happen.
  func wait() throws {
    watch.set(
      command, feeds: !feeding.isEmpty, reads: !isFull && !answers.isAtEnd,
      relays: !life.hasErrorEnded, mindsReader: !life.hasClosedInput)
    clock = try watch.wait(until: nextTimer, from: clock)
  }

  private var nextTimer: Nanoseconds? {
    var times: [Nanoseconds?] = [
      link.hasMail ? clock : nil, farewell?.nextStep, command?.nextLook,
    ]
    if command == nil {
      times.append(queue.isEmpty ? nil : restart.over)
    } else if !life.isDismissed {
      times.append(mayBeSilent ? silence.nextCheck : nil)
      times.append(isOwing && life.loading.isOver ? stopwatch.end : nil)
      times.append(isFull ? nil : life.handshake.nextCheck)
      times.append(answersNameRecords ? nil : certainty.nextCheck)
      times.append(life.loading.nextCheck(isTimed: isTimed))
    }
    return times.compactMap(\.self).min()
  }

  private var isTimed: Bool { configuration.timeLimit != nil || configuration.startLimit != nil }

  /// Takes in what has happened to the command.
  func look() throws {
    guard let command = try takeSignals() else { return }
    if watch.hasError { life.hasErrorEnded = !errors.read(from: command.error) }
    if !isFull, watch.hasOutput { _ = try answers.read(from: command.output) }
    if watch.hasSignals || command.isToBeLookedAt(clock), try isGone(command) {
      try readToEnd(command)
    } else if answers.isAtEnd, command.end == nil {
      // Without an output it can answer nothing any more. Most often it is just about to end.
      if command.isInputOpen { life.hasClosedOutput = true }
      endInput(command)
      beginFarewell(patience: .seconds(1))
    }
    lookAtReader(command)
    try takeFarewell(command)
    if command.end == nil, certainty.check(clock) { try noteCertain() }
    try complainOfLoading()
    try breakSilence(command)
  }

  /// Reads what a command that has ended left in its pipes. Something it started may hold them open
  /// still, so this waits for no end, and stops at more than a pipe can hold.
  func readToEnd(_ command: CommandProcess) throws {
    _ = errors.read(from: command.error)
    var reads = 0
    while reads < 64, try answers.read(from: command.output) { reads += 1 }
    answers.noteEnd()
  }

  /// The command has all it is to get for now, and it is its turn to speak.
  private var mayBeSilent: Bool {
    awaited > 0 && feeding.isEmpty && !isFull && !life.isDismissed && command?.isRunning == true
  }

  /// Sees to a command that owes answers, has read all it was given, and says nothing.
  private func breakSilence(_ command: CommandProcess) throws {
    // What has just been read is yet to be looked at.
    guard mayBeSilent, !watch.hasOutput else { return }
    let mayLoop = silence.isVeryLong(clock)
    guard
      let check = silence.check(
        clock, isIdle: { command.unreadInput == 0 && (mayLoop || !command.isAtWork) })
    else { return }
    switch check {
    case .hungry where certainty.isAwaited && !isLastFed:
      // It was given nothing more until it has answered everything, and doesn't seem to.
      if silence.isUnlikeBefore || holdsBack { command.closeInput() }
    case .hungry
    where queue.canFeed && life.handshake.raise(isStuck: silence.isUnlikeBefore):
      try askForMore()
    case .hungry where isLastFed:
      // A command that holds its answers back gives them at the end of its input; one that answers
      // as it goes shows by a long silence that it has skipped a record. One that works on several
      // may just be slow, so that its end is not brought about lightly.
      let mayClose =
        answersNameRecords && !isClosed && !queue.isGroupFed
        ? silence.isUnlikeBefore : !answersPromptly || silence.isLong(clock)
      if mayClose {
        if queue.isGroupFed { queue.growGroups() }
        command.closeInput()
      }
    case .hungry:
      // To one that answers as it goes, more would only mean that it is taken from other workers;
      // but by a silence unlike any before it may have left a record out, and wait for the next.
      if !answersPromptly || silence.isUnlikeBefore { try askForMore() }
    case .stalled:
      try link.notice(
        "no answer for 5 s though the command has read its input: if it holds its output back,"
          + " flush each line (python -u, stdbuf -oL, jq --unbuffered)")
    }
  }

  private func askForMore() throws {
    guard !hasAskedForMore, command?.isInputOpen == true else { return }
    try link.reportHungry()
    hasAskedForMore = true
  }

  /// Says that the command has not been ready for some time.
  private func complainOfLoading() throws {
    guard life.loading.shouldComplain(clock, isTimed: isTimed) else { return }
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
