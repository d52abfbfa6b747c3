import VimapBytes
import VimapSystem

/// A running command and our ends of its pipes.
final class CommandProcess {
  private var group: CommandGroup
  private var inputEnd: OwnedDescriptor?
  /// The reading side of the input after it is closed, to see what was left unread.
  private var inputWatch: SharedDescriptor?
  private let outputEnd: OwnedDescriptor
  private let errorEnd: OwnedDescriptor
  private var stops = StopRule()

  /// Starts the command.
  /// - Throws: the reason it cannot be started.
  init(
    _ request: SpawnRequest, pipeCapacity: Int, groupSlot: GroupSlot
  ) throws(SystemError) {
    var input = try Pipe().ends()
    var output = try Pipe().ends()
    var error = try Pipe().ends()
    guard let inputReading = input.reading.take(), let inputWriting = input.writing.take(),
      let outputReading = output.reading.take(), let outputWriting = output.writing.take(),
      let errorReading = error.reading.take(), let errorWriting = error.writing.take()
    else { throw SystemError(call: "pipe2", code: .badFileDescriptor) }
    for descriptor in [inputWriting.number, outputReading.number, errorReading.number] {
      try Descriptor.setNonblocking(pipe: descriptor)
    }
    if pipeCapacity > 0 {
      Descriptor.growPipe(inputWriting.number, to: pipeCapacity)
      Descriptor.growPipe(outputReading.number, to: pipeCapacity)
    }
    group = CommandGroup(
      leader: try request.start(
        input: inputReading.number, output: outputWriting.number, error: errorWriting.number,
        groupSlot: groupSlot),
      slot: groupSlot)
    inputEnd = consume inputWriting
    outputEnd = outputReading
    errorEnd = errorReading
  }

  var process: ProcessID { group.leader }

  /// How the command ended, once all of its group has.
  var end: ProcessEnd? { group.end }
  /// The command itself has ended, and processes that it started are still in its group.
  var isLeft: Bool { group.isLeft }
  /// When to look what has become of processes that are left, if no signal has told.
  var nextLook: Nanoseconds? { end == nil ? group.nextLook : nil }
  func isToBeLookedAt(_ now: Nanoseconds) -> Bool { nextLook.map { now >= $0 } ?? false }
  /// The command itself has not ended.
  var isRunning: Bool { end == nil && !isLeft }

  /// It uses a processor, or waits for one, as far as the kernel tells.
  var isAtWork: Bool { SystemProcess.isAtWork(process) }

  /// To be written to, or -1 once it is closed.
  var input: CInt {
    switch inputEnd {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }
  var output: CInt { outputEnd.number }
  var error: CInt { errorEnd.number }

  var isInputOpen: Bool { input >= 0 }

  /// Tells the command that there is no more input.
  func closeInput() {
    guard isInputOpen else { return }
    inputWatch = Descriptor.reopenPipe(reading: input)
    inputEnd = nil
  }

  /// As ``closeInput()``, where nobody will ask for ``unreadInput``.
  func endInput() { inputEnd = nil }

  /// Bytes we have written that the command has not read.
  var unreadInput: Int {
    if isInputOpen { return Descriptor.unreadBytes(input) }
    return inputWatch.map { Descriptor.unreadBytes($0.number) } ?? 0
  }

  /// Sends a signal to the whole group, and continues processes that were stopped.
  func signal(_ number: CInt) { group.signal(number) }

  /// Ends the whole group, and waits for the command itself.
  func kill() throws(SystemError) { try group.kill() }

  /// Looks what has become of the command after a child has ended or was stopped. If the command
  /// was stopped, acts on that, so that nobody waits for it without knowing.
  /// - Parameters:
  ///   - answered: how many answers it has given.
  ///   - tell: tells people.
  /// - Returns: how it ended, if it has.
  func look(answered: Int, _ tell: (String) throws -> Void) throws -> ProcessEnd? {
    try group.look()
    guard end == nil, let signal = group.takeStop() else { return end }
    switch stops.response(to: signal, answered: answered) {
    case .goOn: group.signal(Signals.resume)
    case .end:
      try group.kill(stoppedBy: signal)
      try tell(StopRule.wantedTerminal(signal))
    case .leave: try tell(StopRule.wasStopped(signal, group: group.leader))
    }
    return end
  }
}
