import VimapBytes
import VimapKit
import VimapSystem

/// Keeps one worker's command going: feeds it, pairs its answers with its records, starts it again
/// when it dies, and finds the record it died of.
final class CommandSupervisor {
  let link: WorkerLink
  let configuration: CommandConfiguration
  private let request: SpawnRequest
  private let errors: StandardErrorRelay
  private var poll = PollSet()
  private let places: Places

  private let queue: FeedQueue
  private let answers: AnswerReader
  private var command: CommandProcess?
  private var scratch = ByteBuffer(capacity: 64 << 10)
  private var encoded = ByteBuffer()
  /// Bytes on their way to the command.
  private var feeding: ByteView = .empty
  private var begun = 0
  /// The pool has been told that more records may help, and has sent none since.
  private var hasAskedForMore = false
  /// Whether the last answer is waiting for room in the results.
  private var isFull = false
  private var isClosed = false

  private var silence = Silence()
  private var restart = RestartPause()
  private var farewell: Farewell?
  /// The command has answered all it was fed while its input was still open: it does not hold
  /// answers back.
  private var answersPromptly = false
  private var hasAnsweredSinceStart = false
  /// The command left, or closed its input, before it was given all of what it was fed.
  private var hasRefusedInput = false
  /// The first record since the last time that answers and records were even.
  private var evenIndex = 1
  /// The first record that the running command was fed.
  private var firstIndex = 1
  private var clock: Nanoseconds = 0

  private struct Places {
    var link, input, output, error, exited: Int
  }

  init(_ link: WorkerLink, _ configuration: CommandConfiguration) {
    self.link = link
    self.configuration = configuration
    var request = SpawnRequest(
      arguments: configuration.arguments,
      environment: configuration.environment + link.seat.environment)
    request.fileLimit = configuration.fileLimit
    self.request = request
    errors = StandardErrorRelay(
      target: configuration.standardError,
      prefix: configuration.marksStandardError ? "[worker \(link.seat.number)] " : "")
    // Text behind text: the command is a filter, and sees the lines as they are.
    queue = FeedQueue(
      feedsText: configuration.isText && link.mode.isText && link.mode.separator == 0x0A)
    answers = AnswerReader(longest: configuration.longestAnswer)
    places = Places(
      link: poll.add(link.descriptor, .readable), input: poll.add(-1, []),
      output: poll.add(-1, []), error: poll.add(-1, []), exited: poll.add(-1, []))
  }

  func run() throws {
    Signals.ignoreBrokenPipes()
    clock = Clock.now()
    try start()
    try link.reportReady()
    do {
      while true {
        try receive()
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
        silence.hasNews(clock)
      case .room: isFull = false
      case .closed: isClosed = true
      case .nothing: return
      }
    }
    // Room still comes after the last batch.
    while case .room = try link.receive(waiting: false) { isFull = false }
  }

  // MARK: The command's life

  private func start() throws {
    do throws(SystemError) {
      command = try CommandProcess(
        request, pipeCapacity: configuration.pipeCapacity, groupSlot: link.groupSlot)
    } catch {
      throw WorkerFailure("\(configuration.arguments[0]): \(error.code)")
    }
    answers.startAnew()
    errors.startAnew()
    farewell = nil
    hasAnsweredSinceStart = false
    hasRefusedInput = false
    firstIndex = queue.next.map { $0.batch.index(of: $0.record) } ?? firstIndex
    evenIndex = firstIndex
  }

  /// The command is gone and all it said has been read.
  private func bury(_ end: ProcessEnd) throws {
    let wasAskedTo = command?.isInputOpen == false
    let hadUnread = hasRefusedInput || !feeding.isEmpty || (command?.unreadInput ?? 0) > 0
    command = nil
    feeding = .empty
    try refuseInvalid()

    if wasAskedTo, end == .exited(status: 0), queue.owed > 0, !hadUnread, queue.suspectEnd == nil {
      try giveUpMissing(end)
    } else if queue.commandDied(
      oneByOne: answersPromptly, leftInput: hadUnread && hasAnsweredSinceStart)
    {
      try blameNext(end)
    }
    restart.died(at: clock)
  }

  /// The one record that the command can have died of.
  private func blameNext(_ end: ProcessEnd) throws {
    guard let (batch, record) = queue.next else { return }
    try link.exception(
      .commandEnded(end, traceback: errors.traceback, attempts: batch.attempt), for: record,
      of: batch)
    finish(queue.answerNext(byCommand: true))
  }

  /// The command read all it was given, ended as it should, and gave fewer answers than that.
  private func giveUpMissing(_ end: ProcessEnd) throws {
    try link.reportOutOfStep(
      from: evenIndex,
      "the command gave \(queue.owed) \(queue.owed == 1 ? "answer" : "answers") fewer than it had records: outputs from record"
        + " \(evenIndex) on may stand beside the wrong input; it must print one line for each")
    while queue.owed > 0 {
      try blameNext(end)
      try refuseInvalid()
    }
  }

  // MARK: Answers

  private func answer() throws {
    try refuseInvalid()
    let before = queue.answerPosition
    while !isFull, let answer = answers.next(), try take(answer) {}
    if queue.answerPosition != before {
      silence.hasNews(clock)
      restart.hasAnswered()
      hasAnsweredSinceStart = true
    }
    guard !isFull, let command, let end = command.end, answers.isAtEnd else { return }
    // A last line without a line feed is an answer, unless the command was cut short in it.
    if end == .exited(status: 0), let last = answers.unfinishedLine(), try !take(last) { return }
    try bury(end)
  }

  /// Pairs an answer with its record; `false` where it has to wait for room, or belongs to none.
  private func take(_ answer: AnswerReader.Answer) throws -> Bool {
    guard queue.owed > 0, let (batch, record) = queue.next else {
      try dropSurplus()
      return false
    }
    switch answer {
    case .line(let line): guard try pass(line, record, batch) else { return false }
    case .tooLong(let head):
      try link.exception(
        .answerTooLarge(head: head, limit: configuration.longestAnswer, attempts: batch.attempt),
        for: record, of: batch)
    }
    answers.take()
    finish(queue.answerNext(byCommand: true))
    if queue.owed == 0 { noteEven() }
    try refuseInvalid()
    return true
  }

  /// Writes an answer beside its record; `false` where there is no room.
  private func pass(_ line: ByteView, _ record: Int, _ batch: RecordBatch) throws -> Bool {
    let value = configuration.isText ? asString(line) : line.trimmed()
    // What is the record's own bytes has been looked at before.
    if !configuration.isText, value != batch.bytes(of: record),
      let problem = link.problem(with: value)
    {
      try link.exception(
        .notJSON(answer: line, problem, attempts: batch.attempt), for: record, of: batch)
      return true
    }
    isFull = try !link.tryOutput(
      value, for: record, of: batch, attempts: batch.attempt, seconds: silence.sinceNews(clock))
    return !isFull
  }

  private func asString(_ line: ByteView) -> ByteView {
    encoded.removeAll()
    encoded.appendString(of: line)
    return encoded.view
  }

  /// Answers and records are even.
  private func noteEven() {
    if command?.isInputOpen == true, feeding.isEmpty { answersPromptly = true }
    evenIndex = queue.next.map { $0.batch.index(of: $0.record) } ?? evenIndex
  }

  /// The command printed a line that belongs to no record. Nothing it says from here on can be
  /// paired, so it is started again.
  private func dropSurplus() throws {
    let before = queue.next.map { $0.batch.index(of: $0.record) } ?? firstIndex
    let text =
      queue.furthestFed == 0 && firstIndex == before
      ? "the command printed a line before it was given a record"
      : "the command printed more lines than it was given records: outputs from record"
        + " \(firstIndex) on may stand beside the wrong input; it must print one line for each"
    try link.reportOutOfStep(from: firstIndex, text)
    try command?.kill()
    command = nil
    feeding = .empty
    answers.startAnew()
    restart.died(at: clock)
  }

  /// Records that are no JSON are answered in their turn.
  private func refuseInvalid() throws {
    while let (batch, record, problem) = queue.nextInvalid {
      try link.refuse(record, of: batch, problem)
      finish(queue.answerNext(byCommand: false))
    }
  }

  private func finish(_ batch: RecordBatch?) {
    if let batch { link.retire(batch) }
  }

  // MARK: Feeding

  private func feed() throws {
    if command == nil, restart.isOver(clock), !queue.isEmpty { try start() }
    guard let command, command.end == nil else { return }
    try feed(command)
    try refuseInvalid()
    closeInputIfDone(command)
  }

  private func feed(_ command: CommandProcess) throws {
    while command.isInputOpen {
      if feeding.isEmpty {
        guard let bytes = queue.nextBytes(&scratch) else { break }
        feeding = bytes
        link.begin(queue.furthestFed - begun)
        begun = queue.furthestFed
        hasAskedForMore = false
      }
      do throws(SystemError) {
        guard let count = try Descriptor.write(command.input, feeding) else { return }
        feeding = feeding.slice(count)
      } catch {
        // The command reads no more; what it has left to say, and its end, will tell.
        feeding = .empty
        hasRefusedInput = true
        command.closeInput()
      }
    }
  }

  /// All that the command will be given for now is with it, and it may be told of its input's end:
  /// at the end of the run, or behind a group of suspects.
  private var isLastFed: Bool {
    feeding.isEmpty && ((isClosed && !queue.canFeed && queue.suspectEnd == nil) || queue.isGroupFed)
  }

  /// Tells the command of the end of its input once it has answered everything, and gives it time
  /// to leave.
  private func closeInputIfDone(_ command: CommandProcess) {
    guard queue.owed == 0, isClosed, isLastFed, queue.isEmpty else { return }
    command.closeInput()
    if farewell == nil { farewell = Farewell(from: clock) }
  }

  // MARK: Waiting

  private func wait() throws {
    let input = feeding.isEmpty ? -1 : command?.input ?? -1
    poll.set(places.input, input, input < 0 ? [] : .writable)
    let readsOutput = command != nil && !isFull && !answers.isAtEnd
    poll.set(places.output, command?.output ?? -1, readsOutput ? .readable : [])
    poll.set(places.error, command?.error ?? -1, command == nil ? [] : .readable)
    let awaitsEnd = command != nil && command?.end == nil
    poll.set(places.exited, command?.exited ?? -1, awaitsEnd ? .readable : [])
    try poll.wait(milliseconds: nextTimer?.millisecondsFrom(clock))
    clock = Clock.now()
  }

  private var nextTimer: Nanoseconds? {
    var times: [Nanoseconds] = []
    if command == nil {
      if !queue.isEmpty { times.append(restart.over) }
    } else if queue.owed > 0, feeding.isEmpty {
      times.append(silence.nextCheck)
    }
    if let time = farewell?.nextStep { times.append(time) }
    return times.min()
  }

  /// Takes in what has happened to the command.
  private func look() throws {
    guard let command else { return }
    if !poll.ready(places.error).isEmpty, !errors.read(from: command.error) {
      poll.set(places.error, -1, [])
    }
    if !isFull, !poll.ready(places.output).isEmpty {
      _ = try answers.read(from: command.output)
    }
    if !poll.ready(places.exited).isEmpty, try command.poll() != nil {
      try readToEnd(command)
    } else if answers.isAtEnd, command.end == nil {
      // Without an output it can answer nothing any more. Most often it is just about to end.
      command.closeInput()
      if farewell == nil { farewell = Farewell(from: clock, patience: .seconds(1)) }
    }
    try takeFarewell(command)
    try breakSilence(command)
  }

  /// Reads what a command that has ended left in its pipes. Something it started may hold them
  /// open still, so this does not wait for their end.
  private func readToEnd(_ command: CommandProcess) throws {
    _ = errors.read(from: command.error)
    while try answers.read(from: command.output) {}
    answers.noteEnd()
  }

  private func takeFarewell(_ command: CommandProcess) throws {
    guard command.end == nil, let step = farewell?.take(clock) else { return }
    switch step {
    case .terminate: command.terminate()
    case .kill:
      try command.kill()
      try readToEnd(command)
    }
  }

  /// Sees to a command that owes answers, has read all it was given, and says nothing.
  private func breakSilence(_ command: CommandProcess) throws {
    guard queue.owed > 0, feeding.isEmpty, command.end == nil,
      let check = silence.check(clock, hasTakenAll: { command.unreadInput == 0 })
    else { return }
    switch check {
    case .hungry where isLastFed:
      // A command that holds its answers back gives them at the end of its input; one that answers
      // as it goes shows by a long silence that it has skipped a record.
      if !answersPromptly || silence.isLong(clock) { command.closeInput() }
    case .hungry:
      if !hasAskedForMore, command.isInputOpen { try link.reportHungry() }
      hasAskedForMore = true
    case .stalled:
      try link.notice(
        "no answer for 5 s though the command has read its input: if it holds its output back,"
          + " flush each line (python -u, stdbuf -oL, jq --unbuffered)")
    }
  }
}
