import DequeModule
public import VimapBytes
import VimapSystem

/// What a worker in a process of its own has on its desk: encoded inputs out of the pool's batches,
/// and encoded outputs on their way into result slabs.
@usableFromInline
final class WorkerTray {
  private struct OpenRecord {
    var batch: UInt64
    var number: Int
    var index: Int
    var attempt: Int
  }

  private let channel: WorkerChannel
  /// Whether the pool wants to know how long an input takes.
  private let isTimed: Bool
  /// Whether inputs are cut from the bytes they come in.
  private var keepsBytes = false

  /// The batch at hand: its frames from `offset` on are those of the records from `next` on.
  private var message = ToWorker(kind: .close)
  private var memory: SharedMemory?
  /// The batch's bytes, and them in memory that stays where inputs are cut from it.
  @exclusivity(unchecked) @usableFromInline private(set) var bytes = ByteView.empty
  @exclusivity(unchecked) @usableFromInline private(set) var block: SharedBytes?
  private var offset = 0
  private var next = 0
  private var isClosed = false

  /// Inputs taken and not answered.
  private var open: Deque<OpenRecord> = []
  /// The answer being put together.
  // Unchecked, as only the desk uses it, and a value that is being encoded cannot get at it.
  @exclusivity(unchecked) @usableFromInline var frame = ByteBuffer()
  private var lastFlush = Clock.roughlyNow()

  /// Results that are ready are told of at least this often.
  private static let flushInterval = Nanoseconds.milliseconds(2)

  init(_ channel: WorkerChannel, isTimed: Bool) {
    self.channel = channel
    self.isTimed = isTimed
  }

  /// The worker's number.
  @usableFromInline var number: Int { channel.seat.number }

  @usableFromInline var openCount: Int { open.count }

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
    throw WorkerFailure("\(error)")
  }

  @usableFromInline
  func flush() throws { try channel.flush() }

  // MARK: Inputs

  /// Waits for an input; `false` where none comes, or none before what was taken is answered.
  @usableFromInline
  func haveInput() throws -> Bool {
    if next >= message.endRecord {
      guard try receive() else { return false }
    }
    return !channel.isDismissed
  }

  /// Takes the next input. Returns where it is in the batch's bytes; `nil` where no more comes, or
  /// none before what was taken is answered.
  @usableFromInline
  func takeBody() throws -> Range<Int>? {
    guard try haveInput() else { return nil }
    // A batch that does not hold what it should was written over: nothing here can be relied on.
    guard let body = nextFrame() else { throw WorkerFailure("a batch of inputs is damaged") }
    open.append(
      OpenRecord(
        batch: message.batch, number: next, index: message.index + next,
        attempt: Int(message.attempt)))
    next += 1
    channel.begin(1)
    if isTimed { channel.noteTime(Clock.now()) }
    return body
  }

  /// Waits for a batch; `false` where there will be none.
  private func receive() throws -> Bool {
    var hasAsked = false
    while next >= message.endRecord {
      if isClosed { return false }
      // Whoever holds inputs back may be waiting for more, which the pool can't know.
      let mayBeHungry = !open.isEmpty && !hasAsked
      // That nobody asks for results, and so no inputs come, is not the worker's fault.
      stopTheClock()
      switch try channel.receive(waiting: !mayBeHungry) {
      case .batch(let message, let memory): load(message, memory)
      case .room, .pause: break
      case .drain: if !open.isEmpty { return false }
      case .closed: isClosed = true
      case .nothing:
        hasAsked = true
        try channel.flush()
        try channel.tell(FromWorker(kind: .hungry))
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
    // Of a batch that another worker left, the rest is done.
    while next < message.firstRecord, nextFrame() != nil { next += 1 }
  }

  private func nextFrame() -> Range<Int>? {
    let body = Frame.body(in: bytes, at: offset)
    if let body { offset = body.upperBound }
    return body
  }

  // MARK: Outputs

  /// Begins the answer to the oldest input; `false` where there is none.
  @usableFromInline
  func beginAnswer() -> Bool {
    Frame.begin(&frame)
    return !open.isEmpty
  }

  /// Sends the answer that has been put together.
  @usableFromInline
  func sendAnswer() throws {
    guard Frame.end(&frame) else { return try fail(.unsendableOutput, ValueTooLarge()) }
    guard let record = open.popFirst() else { return }
    stopTheClock()
    try channel.answer(
      AnsweredRecord(batch: record.batch, number: record.number),
      with: FrameAnswer(bytes: frame.view))
    try noteProgress()
  }

  /// Says that the oldest input has no output.
  @usableFromInline
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws {
    guard let record = open.popFirst() else { return }
    stopTheClock()
    try send(
      WorkerError(kind, error, record: record.index, attempts: record.attempt),
      to: AnsweredRecord(batch: record.batch, number: record.number, exceptionLine: 0..<0))
    try noteProgress()
  }

  /// Says that an output was given for which there is no input.
  @usableFromInline
  func reportSurplus() throws {
    try send(
      .surplus(behind: message.index + next - 1, attempts: Int(message.attempt)), to: .noRecord)
  }

  private func send(_ failure: WorkerError, to record: AnsweredRecord) throws {
    var failure = failure
    failure.worker = number
    failure.process = Int(Process.current)
    failure.frame(in: &frame)
    try channel.answer(record, with: FrameAnswer(bytes: frame.view))
  }

  /// That nobody takes its results is not the worker's fault.
  private func stopTheClock() {
    if isTimed { channel.noteTime(0) }
  }

  private func noteProgress() throws {
    if isTimed, !open.isEmpty { channel.noteTime(Clock.now()) }
    let now = Clock.roughlyNow()
    if now - lastFlush > Self.flushInterval {
      lastFlush = now
      try channel.flush()
    }
  }
}
