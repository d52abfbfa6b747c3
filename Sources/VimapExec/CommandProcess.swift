import VimapBytes
import VimapSystem

/// A running command and our ends of its pipes.
final class CommandProcess {
  let process: ProcessID
  private var inputEnd: OwnedDescriptor?
  /// After the input is closed: its reading side, to see what was left unread.
  private var inputWatch: SharedDescriptor?
  private let outputEnd: OwnedDescriptor
  private let errorEnd: OwnedDescriptor
  private let exitWatch: OwnedDescriptor
  private let groupSlot: GroupSlot
  private(set) var end: ProcessEnd?

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
    process = try request.start(
      input: inputReading.number, output: outputWriting.number, error: errorWriting.number,
      groupSlot: groupSlot)
    self.groupSlot = groupSlot
    inputEnd = consume inputWriting
    outputEnd = outputReading
    errorEnd = errorReading
    exitWatch = try Process.watch(process)
  }

  /// To be written to, or -1 once it is closed.
  var input: CInt {
    switch inputEnd {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }
  var output: CInt { outputEnd.number }
  var error: CInt { errorEnd.number }
  /// Readable once the command has ended.
  var exited: CInt { exitWatch.number }

  var isInputOpen: Bool { input >= 0 }

  /// Tells the command that there is no more input.
  func closeInput() {
    guard isInputOpen else { return }
    inputWatch = Descriptor.reopenPipe(reading: input)
    inputEnd = nil
  }

  /// As ``closeInput()``, where nobody will ask what was left unread.
  func endInput() { inputEnd = nil }

  /// Bytes we have written that the command has not read.
  var unreadInput: Int {
    if isInputOpen { return Descriptor.unreadBytes(input) }
    return inputWatch.map { Descriptor.unreadBytes($0.number) } ?? 0
  }

  /// Takes the command's status if it has ended, and ends what it may have left in its group.
  func poll() throws(SystemError) -> ProcessEnd? {
    if end == nil {
      end = try Process.poll(process)
      if end != nil { endGroup() }
    }
    return end
  }

  /// Sends a signal to the whole group, and to the command itself where it has left that.
  func signal(_ number: CInt) {
    Process.signalGroup(process, number)
    if Process.group(of: process) != process { Process.signal(process, number) }
  }

  /// Ends the whole group, and waits for the command itself.
  func kill() throws(SystemError) {
    guard end == nil else { return }
    signal(Signals.kill)
    end = try Process.wait(process)
    endGroup()
  }

  private func endGroup() {
    Process.killGroup(process)
    groupSlot.clear()
  }
}
