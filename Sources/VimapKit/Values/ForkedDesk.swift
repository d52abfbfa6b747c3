import DequeModule
import VimapBytes
import VimapSystem

/// The desk of a worker in a process of its own: inputs come from the pool's batches, and outputs
/// go into result slabs.
final class ForkedDesk<Input: Codable, Output: Codable>: WorkerDesk {
  private struct OpenRecord {
    var batch: UInt64
    var number: Int
    var index: Int
    var attempt: Int
  }

  private let channel: WorkerChannel
  /// Whether the pool wants to know how long an input takes.
  private let isTimed: Bool
  private let inputs = ValueCodec<Input>()
  private let outputs = ValueCodec<Output>()

  /// The batch at hand: its frames from `offset` on are those of the records from `next` on.
  private var message = ToWorker(kind: .close)
  private var memory: SharedMemory?
  /// The batch's bytes where values are cut from them.
  private var block: SharedBytes?
  private var offset = 0
  private var next = 0
  private var isClosed = false

  private var open: Deque<OpenRecord> = []
  private var frame = ByteBuffer()
  private var lastFlush = Clock.now()

  /// Results that are ready are told of at least this often.
  private let flushInterval = Nanoseconds.milliseconds(2)

  init(_ channel: WorkerChannel, isTimed: Bool) {
    self.channel = channel
    self.isTimed = isTimed
  }

  var openCount: Int { open.count }

  // MARK: Inputs

  func take() throws -> Input? {
    while try haveRecord(), !channel.isDismissed {
      guard let body = nextFrame() else { throw LinkError.parentIsGone }
      channel.begin(1)
      if isTimed { channel.noteTime(Clock.now()) }
      do {
        return try input(body)
      } catch {
        try fail(.unreadableInput, error)
      }
    }
    return nil
  }

  /// Sees to it that there is a record at hand; `false` where there will be none.
  private func haveRecord() throws -> Bool {
    var hasAsked = false
    while next >= message.endRecord {
      if isClosed { return false }
      // Whoever holds inputs back may be waiting for more, which the pool can't know.
      let mayBeHungry = !open.isEmpty && !hasAsked
      switch try channel.receive(waiting: !mayBeHungry) {
      case .batch(let message, let memory): load(message, memory)
      case .room: break
      case .drain: if !open.isEmpty { return false }
      case .closed: isClosed = true
      case .nothing:
        hasAsked = true
        try channel.tell(FromWorker(kind: .hungry))
      }
    }
    return true
  }

  private func load(_ message: ToWorker, _ memory: SharedMemory) {
    self.message = message
    self.memory = memory
    next = 0
    offset = 0
    block =
      inputs.keepsBytes ? SharedBytes(copying: memory.view(message.offset, message.length)) : nil
    // Of a batch that another worker left, the rest is done.
    while next < message.firstRecord, nextFrame() != nil { _ = open.popLast() }
  }

  private var bytes: ByteView {
    memory?.view(message.offset, message.length) ?? .empty
  }

  /// Goes on to the next record, which is then open.
  private func nextFrame() -> Range<Int>? {
    guard let body = Frame.body(in: bytes, at: offset) else { return nil }
    open.append(
      OpenRecord(
        batch: message.batch, number: next, index: message.index + next,
        attempt: Int(message.attempt)))
    offset = body.upperBound
    next += 1
    return body
  }

  private func input(_ body: Range<Int>) throws -> Input {
    if let block { return try inputs.decode(block, body.lowerBound, body.count) }
    return try inputs.decode(bytes.slice(body.lowerBound, body.count))
  }

  // MARK: Outputs

  func answer(_ output: Output) throws -> Bool {
    guard let record = open.first else { return false }
    Frame.begin(&frame)
    do {
      try outputs.encode(output, to: &frame)
    } catch {
      try fail(.unsendableOutput, error)
      return true
    }
    open.removeFirst()
    Frame.end(&frame)
    try channel.answer(
      AnsweredRecord(batch: record.batch, number: record.number),
      with: FrameAnswer(bytes: frame.view))
    try noteProgress()
    return true
  }

  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws {
    guard let record = open.popFirst() else { return }
    channel.sign(WorkerError(kind, error, record: record.index, attempts: record.attempt))
      .frame(in: &frame)
    try channel.answer(
      AnsweredRecord(batch: record.batch, number: record.number, exceptionLine: 0..<0),
      with: FrameAnswer(bytes: frame.view))
    try noteProgress()
  }

  func reportSurplus() throws {
    let last = message.index + next - 1
    let failure = WorkerError(
      .surplusOutput,
      "the worker yielded an output more than it had inputs, behind that for input \(last)",
      record: last, attempts: Int(message.attempt))
    try channel.answerNoInput(failure)
  }

  private func noteProgress() throws {
    let now = Clock.now()
    if isTimed { channel.noteTime(open.isEmpty ? 0 : now) }
    if now - lastFlush > flushInterval {
      lastFlush = now
      try channel.flush()
    }
  }
}

extension WorkerChannel {
  /// Sends an error that no input is charged with.
  fileprivate func answerNoInput(_ failure: WorkerError) throws {
    var frame = ByteBuffer()
    sign(failure).frame(in: &frame)
    try answer(.noRecord, with: FrameAnswer(bytes: frame.view))
  }

  fileprivate func sign(_ failure: WorkerError) -> WorkerError {
    var failure = failure
    failure.worker = seat.number
    failure.process = Int(Process.current)
    return failure
  }
}

extension WorkerRoutine {
  /// What runs in a worker's process.
  mutating func work(_ channel: WorkerChannel, isTimed: Bool) throws {
    channel.endWithProgram()
    do {
      try start()
    } catch {
      try channel.answerNoInput(WorkerError(.startFailed, error, record: nil, attempts: 1))
      try channel.flush()
      throw WorkerFailure("\(error)")
    }
    try channel.tell(FromWorker(kind: .ready))
    defer { finish() }
    do {
      try serve(ForkedDesk<Input, Output>(channel, isTimed: isTimed))
      try channel.flush()
    } catch is WorkerIsLeaving {
      try channel.flush()
    }
  }
}
