import SystemPackage
import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Starts a command for each record, one after the other, and answers the record with what it
/// printed.
final class EachSupervisor: RecordWorker {
  private let link: WorkerLink
  private let configuration: ExecConfiguration
  private let arguments: EachArguments
  private let errors: StandardErrorRelay
  private let feedsText: Bool
  private var request: SpawnRequest
  private var watch: CommandWatch

  private var output = ByteBuffer(capacity: 64 << 10)
  private var input = ByteBuffer()
  private var value = ByteBuffer()
  private var clock: Nanoseconds = 0

  /// Results wait no longer than this for those of further records.
  private static let flushDelay: Nanoseconds = .milliseconds(4)
  /// Bytes of a program's name that a message shows.
  private static let shownLength = 200

  init(
    _ link: WorkerLink, _ configuration: ExecConfiguration, _ arguments: EachArguments,
    _ signals: CommandSignals
  ) {
    self.link = link
    self.configuration = configuration
    self.arguments = arguments
    request = configuration.spawnRequest(arguments: [], link.context)
    errors = configuration.errorRelay(link.context)
    feedsText = configuration.feedsText(link.mode)
    watch = CommandWatch(link: link.descriptor, signals)
  }

  func waitForPool(_ link: WorkerLink) throws { try watch.waitForPool() }

  // MARK: One record

  func handle(_ record: ReceivedRecord) throws -> RecordAnswer {
    clock = Clock.now()
    do throws(EachArguments.Problem) {
      request.arguments = try arguments.fill(from: record.bytes, index: record.index)
    } catch {
      return .exception(
        RecordException(error, command: configuration.arguments[0], attempts: record.attempt - 1))
    }
    let command: CommandProcess
    do throws(SystemError) {
      command = try CommandProcess(request, pipeCapacity: 0, groupSlot: link.groupSlot)
    } catch {
      return .exception(try exception(error, attempts: record.attempt))
    }
    errors.startAnew()
    output.removeAll()
    let outcome: Outcome
    do {
      outcome = try see(command, feed: inputBytes(record.number, of: record.batch))
    } catch {
      // Whatever ends this worker must not leave its command behind.
      try? command.kill()
      throw error
    }
    return try answer(outcome, attempts: record.attempt)
  }

  /// A command that can't be started for this record may do for another. But where the system lacks
  /// something, the worker ends, and the record goes to another worker.
  private func exception(_ error: SystemError, attempts: Int) throws -> RecordException {
    // The name may be filled in from a record, and be of any length.
    let name = request.arguments.first.map { String(system: $0.head(Self.shownLength)) } ?? ""
    if error.isShortage {
      throw WorkerFailure("\(name): \(error.code)", errno: Int(error.code.rawValue))
    }
    let problem = ProgramProblem.of(name, path: configuration.searchPath, failure: error)
    return .notStarted(
      name.isEmpty ? "\"\"" : name, problem.reason, errno: Int(error.code.rawValue),
      attempts: attempts)
  }

  /// The record as the command reads it, on one line.
  private func inputBytes(_ record: Int, of batch: RecordBatch) -> ByteView {
    if feedsText { return batch.lines(from: record, to: record + 1) }
    if let (bytes, _) = batch.verbatim(from: record, to: record + 1) { return bytes }
    input.removeAll()
    input.append(batch.bytes(of: record))
    input.append(0x0A)
    return input.view
  }

  // MARK: The command

  private enum Outcome {
    case ended(ProcessEnd)
    /// It printed more than it may, and was ended for that.
    case printedTooMuch
    /// Its time was over, and it was ended.
    case late(limit: Nanoseconds)
    /// The run was stopped, and the command was ended that did not leave in its time.
    case cutShort
  }

  /// Feeds the command and reads what it prints until it has ended.
  private func see(_ command: CommandProcess, feed: ByteView) throws -> Outcome {
    var feed = feed
    var hasErrorEnded = false
    var hasOutputEnded = false
    var flushTime: Nanoseconds? = clock.plus(Self.flushDelay)
    var stopwatch = Stopwatch(limit: configuration.timeLimit)
    stopwatch.restart()
    // Dismissed is a command that is late.
    var departure = Departure.none
    var isCutShort = false
    while true {
      try self.feed(command, &feed)
      // At first only its end is waited for: most commands have ended by then, and what they print
      // fits into the pipes. To be woken for each of its pipes as well costs a tenth of the rate.
      let isYoung = flushTime != nil
      watch.set(
        command, input: !feed.isEmpty && command.isInputOpen ? .writable : [],
        reads: !hasOutputEnded && !isYoung, relays: !hasErrorEnded && !isYoung)
      let times = [
        flushTime, departure.isDismissed ? nil : stopwatch.end, departure.nextStep,
        command.nextLook,
      ]
      clock = try watch.wait(until: times.compactMap(\.self).min(), from: clock)
      if watch.hasPoolMessage {
        try link.takeInMessages()
        _ = try link.heedRecall()
      }
      if let time = flushTime, clock >= time {
        try link.flush()
        flushTime = nil
      }
      if watch.hasError { hasErrorEnded = !errors.read(from: command.error) }
      if watch.hasOutput { hasOutputEnded = try read(command) == .end }
      if isTooMuch, !departure.isDismissed {
        try command.kill()
        return .printedTooMuch
      }
      if watch.hasSignals { try watch.takeSignals(for: command) }
      if watch.hasSignals || command.isToBeLookedAt(clock),
        let end = try command.look(answered: 0, { try link.notice($0) })
      {
        // Something it started may hold the pipes open still, so this waits for no end.
        if !hasErrorEnded { _ = errors.read(from: command.error) }
        errors.finish()
        if let limit = stopwatch.limit, departure.isDismissed { return .late(limit: limit) }
        if !hasOutputEnded { while try read(command) == .some, !isTooMuch {} }
        if isCutShort, end != .exited(status: 0) { return .cutShort }
        return isTooMuch ? .printedTooMuch : .ended(end)
      }
      if !departure.isDismissed, stopwatch.isOver(clock) {
        // Closing its input won't stop it, so it gets the signal at once.
        departure = .dismissed(Farewell(configuration.termSequence, from: clock, firstPause: 0))
      }
      // What the command has started and left running in its group has as long as a command that
      // is to leave, and what it prints belongs to the answer. Where the run is stopped, the
      // command itself has no longer.
      if case .none = departure, command.isLeft || link.stage >= .retired {
        departure = .leaving(Farewell(configuration.termSequence, from: clock))
      }
      // What a command prints late answers nothing.
      if departure.isDismissed { output.removeAll() }
      if let signal = departure.takeSignal(clock) {
        let isLate = departure.isDismissed
        if !isLate, command.isLeft { try link.notice(StopRule.wasLeft(signal)) }
        isCutShort = !isLate && !command.isLeft
        command.signal(signal)
      }
    }
  }

  private func feed(_ command: CommandProcess, _ bytes: inout ByteView) throws(SystemError) {
    while command.isInputOpen {
      if bytes.isEmpty { return command.endInput() }
      do throws(SystemError) {
        guard let count = try Descriptor.write(command.input, bytes) else { return }
        bytes = bytes.slice(count)
      } catch {
        // The command reads no more, so it won't take the end for the end of the record.
        guard error.code == .brokenPipe else { throw error }
        bytes = .empty
      }
    }
  }

  private enum ReadOutcome { case some, nothing, end }

  private func read(_ command: CommandProcess) throws(SystemError) -> ReadOutcome {
    guard let count = try Descriptor.read(command.output, into: &output, limit: 64 << 10) else {
      return .nothing
    }
    return count == 0 ? .end : .some
  }

  private var isTooMuch: Bool { output.count > configuration.longestAnswer }

  // MARK: The answer

  private func answer(_ outcome: Outcome, attempts: Int) throws -> RecordAnswer {
    switch outcome {
    case .ended(.exited(status: 0)): return try answer(attempts: attempts)
    case .ended(let end):
      return .exception(
        .commandEnded(end, isKept: false, traceback: errors.traceback, attempts: attempts))
    case .cutShort: return .exception(.cancelled(attempts: attempts, wasBegun: true))
    case .late(let limit):
      return .exception(
        .late(.noAnswer(limit: limit), traceback: errors.traceback, attempts: attempts))
    case .printedTooMuch:
      return .exception(
        .invalidAnswer(
          "has more than the \(configuration.longestAnswer) bytes allowed", answer: output.view,
          attempts: attempts))
    }
  }

  /// The answer of a command that ended well.
  private func answer(attempts: Int) throws -> RecordAnswer {
    if output.isEmpty { return .output(ByteView("null")) }
    value.removeAll()
    if configuration.lines == .text {
      let text = output.view
      let isEnded = text[text.count - 1] == 0x0A
      if !value.appendString(of: isEnded ? text.head(text.count - 1) : text) {
        try link.noteGapInAnswer()
      }
      return .output(value.view)
    }
    let json = output.view.trimmed()
    if json.isEmpty { return .output(ByteView("null")) }
    if let problem = link.problem(with: json) {
      return .exception(
        .invalidAnswer(problem.reason(of: json), answer: json, attempts: attempts))
    }
    if json.firstIndex(of: 0x0A) == nil, json.firstIndex(of: 0x0D) == nil { return .output(json) }
    value.append(onOneLine: json)
    return .output(value.view)
  }
}
