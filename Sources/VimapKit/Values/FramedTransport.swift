public import VimapBytes
import VimapSystem

/// Frames on their way to and from a worker in a process of its own: encoded inputs out of the
/// pool's batches, and encoded outputs into result slabs.
@usableFromInline
final class FramedTransport {
  private let channel: WorkerChannel
  /// Whether the pool wants to know how long an input takes.
  private let isTimed: Bool
  /// Whether inputs are cut from the bytes they come in.
  private var keepsBytes = false

  // What is used for each record is unchecked: nothing is called while it is accessed.

  /// The batch at hand: its frames from `offset` on are those of the records from `next` on.
  private var message = ToWorker(kind: .close)
  private var memory: SharedMemory?
  /// The batch's bytes, and them in memory that stays where inputs are cut from it.
  @exclusivity(unchecked) @usableFromInline private(set) var bytes = ByteView.empty
  @exclusivity(unchecked) @usableFromInline private(set) var block: SharedBytes?
  @exclusivity(unchecked) private var offset = 0
  @exclusivity(unchecked) private var next = 0
  @exclusivity(unchecked) private var end = 0
  private var isClosed = false
  /// The input taken last.
  @exclusivity(unchecked) @usableFromInline private(set) var ticket = Ticket()

  /// Inputs taken and not answered.
  @exclusivity(unchecked) private var open = OpenRecords()
  /// What outputs are added to, as long as they come in order and there is room.
  @exclusivity(unchecked) private var stretch: ResultStretch?
  /// The answer being put together.
  // Unchecked, as only the runtime uses it, and a value that is being encoded cannot get at it.
  @exclusivity(unchecked) @usableFromInline var frame = ByteBuffer()
  @exclusivity(unchecked) private var lastFlush = Clock.roughlyNow()
  /// When the last answer was given, and when it was looked whether more are wanted.
  @exclusivity(unchecked) private var lastProgress: Nanoseconds = 0
  @exclusivity(unchecked) private var lastLook: Nanoseconds = 0

  /// Results that are ready are told of at least this often.
  private static let flushInterval = Nanoseconds.milliseconds(2)

  init(_ channel: WorkerChannel, isTimed: Bool) {
    self.channel = channel
    self.isTimed = isTimed
  }

  /// The worker's number.
  @usableFromInline var number: Int { channel.context.number }

  @usableFromInline var openCount: Int { open.count }

  /// Whether an input is taken and not answered.
  @usableFromInline
  func isOpen(_ ticket: Ticket) -> Bool { open.contains(ticket) }

  /// Whether it is the oldest of those.
  @usableFromInline
  func isOldest(_ ticket: Ticket) -> Bool { open.isOldest(ticket) }

  /// The oldest input is being answered.
  private func closeOldest() {
    open.closeOldest()
    stopTheClock()
  }

  /// An input is being answered, in its turn or not. Returns what is known of it; `nil` where it is
  /// not open.
  private func close(_ ticket: Ticket) -> TakenRecords? {
    if open.isOldest(ticket) { stopTheClock() }
    return open.close(ticket)
  }

  // MARK: Starting and ending

  /// - Parameter keepsBytes: whether inputs are cut from the bytes they come in.
  @usableFromInline
  func reportReady(keepsBytes: Bool) throws {
    self.keepsBytes = keepsBytes
    try channel.tell(FromWorker(kind: .ready))
  }

  /// Says that the worker could not be set up. Throws what ends its process.
  @usableFromInline
  func reportFailedStart(_ error: any Error) throws {
    try send(WorkerError(.startFailed, error, record: nil, attempts: 1), to: .noRecord)
    try channel.flush()
    throw WorkerFailure("worker \(number) could not be set up: \(error.plainText)")
  }

  @usableFromInline
  func flush() throws {
    endStretch()
    try channel.flush()
  }

  // MARK: Inputs

  /// Waits for an input; `false` where none comes, or none before what was taken is answered.
  @usableFromInline
  func haveInput() throws -> Bool {
    if next >= end {
      guard try receive() else { return false }
    }
    return !channel.isDismissed
  }

  /// Takes the next input. Returns where it is in the batch's bytes; `nil` where no more comes, or
  /// none before what was taken is answered.
  @usableFromInline
  func takeBody() throws -> Range<Int>? {
    repeat {
      guard try haveInput() else { return nil }
    } while try isUnwanted && skipBatch()
    // A batch that does not hold what it should was written over: nothing here can be relied on.
    guard let body = nextFrame() else { throw WorkerFailure("a batch of inputs is damaged") }
    ticket = Ticket(batch: message.batch, number: next)
    next += 1
    open.noteTaken(upTo: next)
    channel.begin(1)
    if isTimed { channel.noteTime(Clock.now()) }
    return body
  }

  /// Whether nobody wants the batch at hand any more, as far as is known: it is looked for no more
  /// than every few milliseconds.
  private var isUnwanted: Bool {
    if lastLook == lastProgress { return false }
    lastLook = lastProgress
    guard let memory, message.slab >= 0 else { return false }
    return memory.loadWord(at: message.offset - BatchPlaces.headSize) != 0
  }

  /// Answers the rest of a batch with nothing.
  /// - Returns: `true`, as there is more to be looked for.
  private func skipBatch() throws -> Bool {
    beginAnswer()
    _ = Frame.end(&frame)
    while next < end {
      channel.begin(1)
      try send(AnsweredRecord(batch: message.batch, number: next))
      next += 1
      _ = nextFrame()
    }
    open.skip(to: next, of: message)
    return true
  }

  /// Waits for a batch; `false` where there will be none.
  private func receive() throws -> Bool {
    endStretch()
    var hasAsked = false
    while next >= end {
      if isClosed { return false }
      // Whoever holds inputs back may be waiting for more, which the pool can't know.
      let mayWantMore = openCount > 0 && !hasAsked
      // That nobody asks for results, and so no inputs come, is not the worker's fault.
      stopTheClock()
      switch try channel.receive(waiting: !mayWantMore) {
      case .batch(let message, let memory): load(message, memory)
      case .room, .pause: break
      case .flush: if openCount > 0 { return false }
      case .closed: isClosed = true
      case .nothing:
        hasAsked = true
        try channel.flush()
        try channel.tell(FromWorker(kind: .wantsMore))
      }
    }
    return true
  }

  private func load(_ message: ToWorker, _ memory: SharedMemory) {
    self.message = message
    self.memory = memory
    bytes = memory.view(message.offset, message.length)
    block = nil
    if keepsBytes {
      let copy = SharedBytes(copying: bytes)
      block = copy
      bytes = copy.bytes
    }
    next = 0
    offset = 0
    lastLook = 0
    // Of a batch that another worker left, the rest is done.
    while next < message.firstRecord, nextFrame() != nil { next += 1 }
    end = message.endRecord
    open.begin(message, from: next)
  }

  private func nextFrame() -> Range<Int>? {
    let body = Frame.body(in: bytes, at: offset)
    if let body { offset = body.upperBound }
    return body
  }

  // MARK: Outputs

  /// Begins an answer.
  @usableFromInline
  func beginAnswer() { Frame.begin(&frame) }

  /// Sends the answer that has been put together, to the oldest input.
  @usableFromInline
  func sendAnswer() throws {
    guard Frame.end(&frame) else { return try fail(.unsendableOutput, ValueTooLarge()) }
    if stretch(with: frame.view, isFramed: true) { return try noteProgress() }
    guard let record = open.oldest else { return }
    closeOldest()
    try send(record.answered())
    stretch = channel.results.beginStretch()
    try noteProgress()
  }

  /// Sends the answer that has been put together, to an input that is open.
  @usableFromInline
  func sendAnswer(to ticket: Ticket) throws {
    guard Frame.end(&frame) else {
      _ = try fail(.unsendableOutput, ValueTooLarge(), ticket)
      return
    }
    guard close(ticket) != nil else { return }
    try send(AnsweredRecord(batch: ticket.batch, number: ticket.number))
    try noteProgress()
  }

  /// Answers the oldest input with bytes that are an output as it travels.
  @usableFromInline
  func answer(_ bytes: ByteView) throws {
    if stretch(with: bytes, isFramed: false) { return try noteProgress() }
    beginAnswer()
    frame.append(bytes)
    try sendAnswer()
  }

  /// Answers the oldest input in the shortest way, where that is possible.
  private func stretch(with bytes: ByteView, isFramed: Bool) -> Bool {
    guard let record = open.oldestAtHand,
      stretch?.add(bytes, isFramed: isFramed, to: record.number, of: record.batch) == true
    else { return false }
    closeOldest()
    return true
  }

  private func endStretch() {
    if let stretch { channel.results.endStretch(stretch) }
    stretch = nil
  }

  /// Says that the oldest input has no output.
  @usableFromInline
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws {
    guard let oldest = open.oldest else { return }
    _ = try fail(kind, error, Ticket(batch: oldest.batch, number: oldest.next))
  }

  /// Says that an input has no output.
  /// - Returns: `false` where it has been answered before.
  @usableFromInline
  func fail(_ kind: WorkerError.Kind, _ error: any Error, _ ticket: Ticket) throws -> Bool {
    guard let record = close(ticket) else { return false }
    var answered = AnsweredRecord(batch: ticket.batch, number: ticket.number)
    answered.exceptionLine = 0..<0
    try send(
      WorkerError(kind, error, record: record.index + ticket.number, attempts: record.attempt),
      to: answered)
    try noteProgress()
    return true
  }

  private func send(_ failure: WorkerError, to record: AnsweredRecord) throws {
    var failure = failure
    failure.worker = number
    failure.process = Int(SystemProcess.current)
    failure.frame(in: &frame)
    try send(record)
  }

  /// Sends the frame.
  private func send(_ record: AnsweredRecord) throws {
    endStretch()
    try channel.answer(record, with: FrameAnswer(bytes: frame.view))
  }

  /// That nobody takes its results is not the worker's fault.
  private func stopTheClock() { if isTimed { channel.noteTime(0) } }

  private func noteProgress() throws {
    if isTimed, openCount > 0 { channel.noteTime(Clock.now()) }
    let now = Clock.roughlyNow()
    lastProgress = now
    if now - lastFlush > Self.flushInterval {
      lastFlush = now
      try flush()
    }
  }
}
