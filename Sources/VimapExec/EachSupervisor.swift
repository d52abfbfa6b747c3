import SystemPackage
import VimapBytes
import VimapKit
import VimapSystem

/// Starts a command for each record, one after the other, and answers the record with what it
/// printed.
final class EachSupervisor {
  private let link: WorkerLink
  private let configuration: CommandConfiguration
  private let arguments: EachArguments
  private let errors: StandardErrorRelay
  private let feedsText: Bool
  private var request: SpawnRequest
  private var watch: EachWatch

  private var output = ByteBuffer(capacity: 64 << 10)
  private var input = ByteBuffer()
  private var value = ByteBuffer()
  private var clock: Nanoseconds = 0
  /// The pool has been told that no more is begun.
  private var hasRetired = false

  /// Results wait no longer than this for those of further records.
  private static let patience: Nanoseconds = .milliseconds(4)
  /// Bytes of a program's name that a message shows.
  private static let shownLength = 200

  init(
    _ link: WorkerLink, _ configuration: CommandConfiguration, _ arguments: EachArguments,
    _ signals: CommandSignals
  ) {
    self.link = link
    self.configuration = configuration
    self.arguments = arguments
    request = SpawnRequest(
      arguments: [],
      environment: environment(configuration.environment, setting: link.seat.environment))
    request.fileLimit = configuration.fileLimit
    errors = StandardErrorRelay(
      target: configuration.standardError,
      prefix: configuration.marksStandardError ? "[worker \(link.seat.number)] " : "")
    feedsText = configuration.feedsText(link.mode)
    watch = EachWatch(link: link.descriptor, signals)
  }

  func run() throws {
    while true {
      switch try link.receive(waiting: false) {
      case .batch(let batch):
        for record in batch.records {
          try retireIfRecalled()
          if hasRetired { return }
          try map(record, of: batch)
        }
        link.retire(batch)
      case .closed: return
      case .room, .drain, .pause: break
      case .nothing:
        try link.flush()
        try watch.waitForPool()
      }
    }
  }

  /// Where the run is stopped, only the record that is begun is finished; the pool is told at once.
  private func retireIfRecalled() throws {
    guard !hasRetired, link.isRecalled else { return }
    hasRetired = true
    try link.retire()
  }

  // MARK: One record

  private func map(_ record: Int, of batch: RecordBatch) throws {
    // Those that no command is started for count too, or others would be taken for not begun.
    link.begin(1)
    if let problem = batch.problem(with: record) {
      return try link.refuse(record, of: batch, problem)
    }
    clock = Clock.now()
    let started = clock
    let answer = try answer(to: record, of: batch)
    let seconds = Double(clock - started) / 1e9
    switch answer {
    case .output(let output):
      try link.output(output, for: record, of: batch, attempts: batch.attempt, seconds: seconds)
    case .exception(let exception):
      try link.exception(exception, for: record, of: batch, seconds: seconds)
    }
  }

  private enum RecordAnswer {
    case output(ByteView)
    case exception(RecordException)
  }

  private func answer(to record: Int, of batch: RecordBatch) throws -> RecordAnswer {
    do throws(EachArguments.Problem) {
      request.arguments = try arguments.fill(
        from: batch.bytes(of: record), index: batch.index(of: record))
    } catch {
      return .exception(
        RecordException(error, command: configuration.arguments[0], attempts: batch.attempt - 1))
    }
    let command: CommandProcess
    do throws(SystemError) {
      command = try CommandProcess(request, pipeCapacity: 0, groupSlot: link.groupSlot)
    } catch {
      return .exception(try exception(error, attempts: batch.attempt))
    }
    errors.startAnew()
    output.removeAll()
    let outcome: Outcome
    do {
      outcome = try see(command, feed: inputBytes(record, of: batch))
    } catch {
      // Whatever ends this worker must not leave its command behind.
      try? command.kill()
      throw error
    }
    return try answer(outcome, attempts: batch.attempt)
  }

  /// What cannot be started for this record may do for another; a want of the system's ends the
  /// worker, and the record is given to one that is better off.
  private func exception(_ error: SystemError, attempts: Int) throws -> RecordException {
    // As it was filled in; from a record, it may be of any length.
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
    var flushTime: Nanoseconds? = clock.plus(Self.patience)
    var stopwatch = Stopwatch(limit: configuration.timeLimit)
    stopwatch.restart()
    var farewell: Farewell?
    var isLate = false
    var isCutShort = false
    while true {
      try self.feed(command, &feed)
      // At first only its end is waited for: most commands have ended by then, and what they print
      // fits into the pipes. To be woken for each of its pipes as well costs a tenth of the rate.
      let isYoung = flushTime != nil
      watch.set(
        command, feeds: !feed.isEmpty, reads: !hasOutputEnded && !isYoung,
        relays: !hasErrorEnded && !isYoung)
      let times = [
        flushTime, isLate ? nil : stopwatch.end, farewell?.nextStep, command.nextLook,
      ]
      clock = try watch.wait(until: times.compactMap(\.self).min(), from: clock)
      if watch.hasMail {
        try link.takeInMail()
        try retireIfRecalled()
      }
      if let time = flushTime, clock >= time {
        try link.flush()
        flushTime = nil
      }
      if watch.hasError { hasErrorEnded = !errors.read(from: command.error) }
      if watch.hasOutput { hasOutputEnded = try read(command) == .end }
      if isTooMuch, !isLate {
        try command.kill()
        return .printedTooMuch
      }
      if watch.hasSignals || command.isToBeLookedAt(clock), let end = try end(of: command) {
        // Something it started may hold the pipes open still, so this waits for no end.
        if !hasErrorEnded { _ = errors.read(from: command.error) }
        errors.finish()
        if let limit = stopwatch.limit, isLate { return .late(limit: limit) }
        if !hasOutputEnded { while try read(command) == .some, !isTooMuch {} }
        if isCutShort, end != .exited(status: 0) { return .cutShort }
        return isTooMuch ? .printedTooMuch : .ended(end)
      }
      if !isLate, stopwatch.isOver(clock) {
        isLate = true
        // Nothing that it does without would make it leave by itself, as the end of the input makes
        // a command that is kept running.
        farewell = Farewell(configuration.termSequence, from: clock, patience: 0)
      }
      // What it has started and left running in its group is waited for as long as a command that
      // is to leave, and what that prints belongs to the answer. Where the run is stopped, the
      // command itself is waited for no longer.
      if command.isLeft || hasRetired, farewell == nil {
        farewell = Farewell(configuration.termSequence, from: clock)
      }
      // What is printed late answers nothing.
      if isLate { output.removeAll() }
      if let signal = farewell?.take(clock) {
        if !isLate, command.isLeft { try link.notice(StopRule.wasLeft(signal)) }
        isCutShort = !isLate && !command.isLeft
        command.signal(signal)
      }
    }
  }

  /// Takes the signals that have come; how the command ended, once all of its group has.
  private func end(of command: CommandProcess) throws -> ProcessEnd? {
    try watch.signals.take(command)
    if let end = try command.poll() { return end }
    try command.heedStop(answered: 0) { try link.notice($0) }
    return command.end
  }

  private func feed(_ command: CommandProcess, _ bytes: inout ByteView) throws(SystemError) {
    while command.isInputOpen {
      if bytes.isEmpty { return command.endInput() }
      do throws(SystemError) {
        guard let count = try Descriptor.write(command.input, bytes) else { return }
        bytes = bytes.slice(count)
      } catch {
        // It does not want to know it. To one that does, an end would be a record cut short.
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
      return .exception(.failed(end, traceback: errors.traceback, attempts: attempts))
    case .cutShort: return .exception(.cancelled(attempts: attempts, wasBegun: true))
    case .late(let limit):
      return .exception(
        .timedOut(after: limit, traceback: errors.traceback, attempts: attempts))
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
        .notJSON(problem, answer: json, attempts: attempts))
    }
    if json.firstIndex(of: 0x0A) == nil, json.firstIndex(of: 0x0D) == nil { return .output(json) }
    value.append(onOneLine: json)
    return .output(value.view)
  }
}
