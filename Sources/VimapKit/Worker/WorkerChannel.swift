import VimapBytes
import VimapSystem

/// A worker's connection to its pool: messages in both directions, and shared memory that answers
/// are written to.
///
/// The channel does not know what records are. ``WorkerLink`` knows it for lines of JSON,
/// ``FramedTransport`` for Swift values.
package final class WorkerChannel {
  /// What a ``receive(waiting:)`` brings.
  package enum Arrival {
    /// Records, and the memory that they are in.
    case batch(ToWorker, SharedMemory)
    /// A result slab came back, so there is room for results.
    case room
    /// No more can come before some of the records are answered.
    case flush
    /// No more batches will come.
    case closed
    /// A key is paused.
    case pause(KeyPause)
    /// Nothing has come yet.
    case nothing
  }

  package let context: WorkerContext
  /// The process that forked this one.
  private let parent: ProcessID
  private let socket: MessageSocket
  private let input: SharedMemory
  private let shared: SharedMemory
  let results: ResultSlabWriter
  /// The table that the times of tries are counted in, if they are measured.
  package let table: ServiceTable?
  /// Messages that came while an answer waited for room.
  private var pending: [Arrival] = []
  // Unchecked for speed, since this is counted up for each record. Nothing is called meanwhile.
  @exclusivity(unchecked) package private(set) var begunCount: UInt64 = 0

  init(
    context: WorkerContext, socket: consuming MessageSocket, input: SharedMemory,
    shared: SharedMemory,
    parent: ProcessID, table: ServiceTable?
  ) {
    self.context = context
    self.table = table
    self.parent = parent
    self.socket = socket
    self.input = input
    self.shared = shared
    results = ResultSlabWriter(memory: shared)
    results.announce = { [unowned self] in
      _ = try self.socket.send($0, attached: $1, waiting: true)
    }
  }

  // MARK: Receiving

  /// Becomes readable when there is something to receive.
  package var descriptor: CInt { socket.descriptor.number }

  /// Whether messages have arrived that the descriptor no longer shows.
  package var hasPending: Bool { !pending.isEmpty }

  /// Takes the next message.
  /// - Parameter waiting: whether to wait for one. Before it waits, it flushes.
  /// - Throws: `SystemError`, or ``LinkError/parentIsGone``.
  package func receive(waiting: Bool) throws -> Arrival {
    pending.isEmpty ? try receiveNext(waiting: waiting) : pending.removeFirst()
  }

  /// Reads all messages that have arrived, and keeps them for ``receive(waiting:)``.
  package func takeInMessages() throws {
    while true {
      let arrival = try receiveNext(waiting: false)
      if case .nothing = arrival { return }
      pending.append(arrival)
    }
  }

  private func receiveNext(waiting: Bool) throws -> Arrival {
    if waiting { try flush() }
    switch try socket.receive(ToWorker.self, waiting: waiting) {
    case .nothingYet: return .nothing
    case .ended: throw LinkError.parentIsGone
    case .message(let message, let text, let attached):
      switch message.kind {
      case .close: return .closed
      case .pause:
        return .pause(
          KeyPause(
            key: text?.bytes.text ?? "", end: UInt64(max(0, message.index)),
            length: UInt64(max(0, message.length)), reason: Int(message.reason)))
      case .flush: return .flush
      case .resultSlab:
        results.free(Int(message.slab))
        return .room
      case .batch: return .batch(message, try memory(of: message, text, attached))
      }
    }
  }

  private func memory(
    of message: ToWorker, _ text: SharedBytes?, _ attached: consuming OwnedDescriptor?
  ) throws(SystemError) -> SharedMemory {
    if message.slab == ToWorker.inline, let text {
      let memory = try SharedMemory(count: text.bytes.count)
      memory.copy(text.bytes, to: 0)
      return memory
    }
    if let attached {
      return try SharedMemory(file: attached.number, count: message.length)
    }
    guard message.slab != ToWorker.attachedFile else {
      throw SystemError(call: "recvmsg", code: .tooManyOpenFiles)
    }
    return input
  }

  // MARK: Working

  /// Has the kernel kill this process when the program ends, whatever it is doing then.
  package func endWithProgram() { SystemProcess.endWith(parent: parent) }

  /// Notes that `count` more records have been begun, in the order in which they came. From here on
  /// they may have an effect.
  package func begin(_ count: Int) {
    begunCount += UInt64(count)
    shared.storeWord(begunCount, at: ResultSlabLayout.begunWord)
  }

  /// Notes that some records that were begun have not been sent yet.
  /// - Parameter place: the place, among the worker's requests, of the request that they are for.
  package func noteUnsent(_ numbers: Range<UInt64>, at place: Int) {
    UnsentRecords.note(numbers, at: place, in: shared)
  }

  /// Notes when the worker began its current record; 0 if it has none.
  func noteTime(_ now: Nanoseconds) { shared.storeWord(now, at: ResultSlabLayout.sinceWord) }

  /// Whether the pool wants no more answers, so that all records may be left.
  var isDismissed: Bool { stopRequest == StopRequest.dismissed.rawValue }

  /// Whether the pool wants answers only to what was begun.
  package var isRecalled: Bool { stopRequest != StopRequest.wanted.rawValue }

  private var stopRequest: UInt64 { shared.loadWord(at: ResultSlabLayout.stopRequestWord) }

  /// The shared word for the process group of the worker's command.
  package var groupSlot: GroupSlot { shared.groupSlot(at: ResultSlabLayout.groupWord) }

  // MARK: Answering

  /// Answers a record if there is room. If there is none, a ``receive(waiting:)`` will bring some.
  /// - Returns: whether there was room.
  package func tryAnswer(_ record: AnsweredRecord, with answer: some ResultBody) throws -> Bool {
    guard results.hasRoom(for: answer.sizeLimit) else {
      try results.giveUpSlab()
      return false
    }
    try results.add(answer, to: record)
    return true
  }

  /// Answers consecutive records of a batch with outputs that `write` writes, as long as there is
  /// room in the current slab.
  /// - Parameter write: returns how many records it wrote an output for.
  /// - Returns: the number of records that were answered.
  package func answerRow(
    of batch: UInt64, from record: Int, _ write: (inout MemoryCursor) -> Int
  ) -> Int {
    guard var row = results.beginRow() else { return 0 }
    let count = write(&row)
    results.endRow(row, batch: batch, records: record..<(record + count))
    return count
  }

  /// Answers a record, and waits for room if needed. Returns at once if no more answers are wanted.
  package func answer(_ record: AnsweredRecord, with answer: some ResultBody) throws {
    while try !isDismissed && !tryAnswer(record, with: answer) {
      let arrival = try receiveNext(waiting: true)
      if case .room = arrival { continue }
      pending.append(arrival)
    }
  }

  // MARK: Telling

  /// Announces all results that the parent does not know yet.
  package func flush() throws {
    if let announcement = results.announcement() {
      _ = try socket.send(announcement, waiting: true)
    }
  }

  /// Tells the parent that no more records will be begun.
  package func retire() throws { try tell(FromWorker(kind: .retiring, index: Int(begunCount))) }

  package func tell(_ message: FromWorker, _ text: String = "") throws {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    _ = try socket.send(message, text: buffer.view, waiting: true)
  }
}

/// Why a worker's connection to its pool is of no more use.
package enum LinkError: Error, Equatable {
  /// The parent has ended, so nobody waits for results.
  case parentIsGone
}
