import VimapBytes
import VimapKit
import VimapSystem

/// What the supervisor gives to the command.
extension CommandSupervisor {
  func feed() throws {
    if command == nil, restart.isOver(clock), !queue.isEmpty {
      try start()
      link.noteRestart()
    }
    guard let command, command.end == nil, !life.isDismissed else { return }
    // What is refused can be a whole group of suspects, and the next is then to be fed.
    repeat { try feed(command) } while try refusePassedBy() && queue.canFeed
    closeInputIfDone(command)
  }

  private func feed(_ command: CommandProcess) throws {
    if life.loading.awaitsSign { return }
    while command.isInputOpen {
      if feeding.isEmpty {
        holdFeedingIfDue(command)
        if life.isInputToEnd { command.closeInput() }
        guard command.isInputOpen else { return }
        queue.allowance = allowance
        if awaited == 0 {
          stopwatch.restart()
          service.begin(clock)
        }
        guard let bytes = queue.nextBytes(&scratch) else { break }
        feeding = bytes
        noteBegun()
        life.fedBytes += bytes.count
        life.handshake.noteFed(queue.owed, clock)
        life.loading.noteFed(clock)
        certainty.noteFed(bytes.count, clock)
        hasAskedForMore = false
        mustDrain = false
      }
      do throws(SystemError) {
        guard let count = try Descriptor.write(command.input, feeding) else { return }
        feeding = feeding.slice(count)
      } catch {
        // To a command that reads on, an end would be a record cut short.
        guard error.code == .brokenPipe else { throw error }
        endFeeding(command)
      }
    }
  }

  /// Gives the command nothing more, and tells it so behind a record's end: to the command, half a
  /// record would be a whole one.
  func endInput(_ command: CommandProcess) {
    life.isInputToEnd = true
    if feeding.isEmpty { command.closeInput() }
  }

  /// The command reads no more; what it has left to say, and its end, will tell.
  private func endFeeding(_ command: CommandProcess) {
    feeding = .empty
    life.hasRefusedInput = true
    command.closeInput()
    beginFarewell()
  }

  /// Looks whether the command has closed its input before it read all. One that has read all may
  /// take its time over it.
  func lookAtReader(_ command: CommandProcess) {
    guard watch.hasBrokenInput, command.isInputOpen, command.end == nil else { return }
    life.hasClosedInput = true
    if command.unreadInput > 0 { endFeeding(command) }
  }

  /// Most records that the command may owe answers for.
  private var allowance: Int {
    if life.handshake.isOpen { return life.handshake.allowance }
    // Nothing comes between the answers of one stage of the handshake and the next.
    return certainty.isAwaited || life.handshake.next != nil ? 0 : .max
  }

  func noteBegun() {
    link.begin(queue.furthestFed - begun)
    begun = queue.furthestFed
  }

  /// The command answers each record as it comes. One that may answer in any order is at several,
  /// and seldom has answered all; it is enough that it answers.
  var answersPromptly: Bool {
    answersNameRecords ? silence.hasBeenBroken : hasAnsweredAll && !holdsBack
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
    guard awaited == 0 else { return }
    if isClosed, isLastFed, !queue.hasUnfed {
      command.closeInput()
      life.wasDone = held > 0
    }
    if !command.isInputOpen, !life.handshake.isOpen || held == 0 { beginFarewell() }
  }
}
