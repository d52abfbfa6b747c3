import VimapKit
import VimapSystem

/// What becomes of the command's processes.
extension CommandSupervisor {
  /// Takes the signals that have come; returns the command, if there is one.
  func takeSignals() throws -> CommandProcess? {
    guard watch.hasSignals else { return command }
    try watch.signals.take(command)
    if command == nil { Process.reapChildren() }
    return command
  }

  /// Whether the command, and all of its group, has ended.
  func isGone(_ command: CommandProcess) throws -> Bool {
    if try command.poll() != nil { return true }
    try command.heedStop(answered: queue.answerCount + held) { try link.notice($0) }
    if command.isLeft {
      // There is nobody to be fed any more; what was left has the time that a command has to leave.
      if command.isInputOpen { life.hasClosedOutput = true }
      endInput(command)
      beginFarewell()
    }
    return command.end != nil
  }

  /// A signal is to be sent to the command and all of its group.
  func tellIfLeft(_ command: CommandProcess, _ signal: CInt) throws {
    if command.isLeft, !life.isDismissed { try link.notice(StopRule.wasLeft(signal)) }
  }
}
