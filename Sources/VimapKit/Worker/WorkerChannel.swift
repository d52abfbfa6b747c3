import VimapBytes
import VimapSystem

/// A worker's end of what joins it to its pool: messages both ways, and shared memory that answers
/// are written to.
///
/// It knows nothing of what records are; ``WorkerLink`` does for lines of JSON, and
/// ``FramedTransport`` for Swift values.
package final class WorkerChannel {
  /// What a ``receive(waiting:)`` brought.
  package enum Arrival {
    /// Records, and the memory they are in.
    case batch(ToWorker, SharedMemory)
    /// Room for results has come back.
    case room
    /// No more can come before some of what was given is answered.
    case flush
    /// No more batches will come.
    case closed
    /// A key is to be left alone until then.
    case pause(KeyPause)
    /// Nothing now.
    case nothing
  }

  package let context: WorkerContext
  /// The process that forked this one.
  private let parent: ProcessID
  private let socket: MessageSocket
  private let input: SharedMemory
  private let shared: SharedMemory
  let results: ResultSlabWriter
  /// Where it is measured how long tries take, if it is.
  package let table: ServiceTable?
  /// What came while an answer waited for room.
  private var pending: [Arrival] = []
  // Unchecked, as nothing is called while it is counted up, which is done for each record.
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

  /// Readable when there is something to receive.
  package var descriptor: CInt { socket.descriptor.number }

  /// Something has come already that the descriptor does not show.
  package var hasPending: Bool { !pending.isEmpty }

  /// Takes the next message.
  /// - Parameter waiting: whether to wait for one; before it does so, it flushes.
  /// - Throws: `SystemError`, or ``LinkError/parentIsGone``.
  package func receive(waiting: Bool) throws -> Arrival {
    pending.isEmpty ? try receiveNext(waiting: waiting) : pending.removeFirst()
  }

  /// Takes in what has come, to be received later.
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

  /// Has the kernel end this process when the program ends, whatever it is doing then.
  package func endWithProgram() { SystemProcess.endWith(parent: parent) }

  /// Says that `count` more records have been begun, in the order received: from here on they may
  /// have an effect.
  package func begin(_ count: Int) {
    begunCount += UInt64(count)
    shared.storeWord(begunCount, at: ResultSlabLayout.begunWord)
  }

  /// Says that some records that were begun have not been sent yet.
  /// - Parameter place: of the request that they are for, among those of the worker.
  package func noteUnsent(_ numbers: Range<UInt64>, at place: Int) {
    UnsentRecords.note(numbers, at: place, in: shared)
  }

  /// Says since when the worker has been at the record begun last; 0 where it is at none.
  func noteTime(_ now: Nanoseconds) { shared.storeWord(now, at: ResultSlabLayout.sinceWord) }

  /// The pool wants no more answers: the rest of what was given may be left.
  var isDismissed: Bool { stopRequest == StopRequest.dismissed.rawValue }

  /// The pool wants what was begun answered, and nothing more.
  package var isRecalled: Bool { stopRequest != StopRequest.wanted.rawValue }

  private var stopRequest: UInt64 { shared.loadWord(at: ResultSlabLayout.stopRequestWord) }

  /// Where the process group of the worker's command is to be written.
  package var groupSlot: GroupSlot { shared.groupSlot(at: ResultSlabLayout.groupWord) }

  // MARK: Answering

  /// Answers a record if there is room for it; where there is none, a ``receive(waiting:)`` will
  /// bring it.
  /// - Returns: whether there was room.
  package func tryAnswer(_ record: AnsweredRecord, with answer: some ResultBody) throws -> Bool {
    guard results.hasRoom(for: answer.sizeLimit) else {
      try results.giveUpSlab()
      return false
    }
    try results.add(answer, to: record)
    return true
  }

  /// Answers records that stand one behind the other in a batch, with outputs that `write` puts one
  /// behind the other as long as there is room at hand.
  /// - Parameter write: returns how many records it wrote an output for.
  /// - Returns: as many.
  package func answerRow(
    of batch: UInt64, from record: Int, _ write: (inout MemoryCursor) -> Int
  ) -> Int {
    guard var row = results.beginRow() else { return 0 }
    let count = write(&row)
    results.endRow(row, batch: batch, records: record..<(record + count))
    return count
  }

  /// Answers a record, waiting for room; not where no more answers are wanted.
  package func answer(_ record: AnsweredRecord, with answer: some ResultBody) throws {
    while try !isDismissed && !tryAnswer(record, with: answer) {
      let arrival = try receiveNext(waiting: true)
      if case .room = arrival { continue }
      pending.append(arrival)
    }
  }

  // MARK: Telling

  /// Tells the parent of every result that it does not know of yet.
  package func flush() throws {
    if let announcement = results.announcement() {
      _ = try socket.send(announcement, waiting: true)
    }
  }

  /// Says that no more records will be begun than have been.
  package func retire() throws { try tell(FromWorker(kind: .retiring, index: Int(begunCount))) }

  package func tell(_ message: FromWorker, _ text: String = "") throws {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    _ = try socket.send(message, text: buffer.view, waiting: true)
  }
}

/// Why a worker's link to its pool is of no more use.
package enum LinkError: Error, Equatable {
  /// The parent has ended; nobody waits for results.
  case parentIsGone
}
