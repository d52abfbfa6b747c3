import VimapBytes
import VimapJSON
import VimapSystem

/// A worker's side of the pool: batches come in here, and results go out.
///
/// Results are written straight into shared memory. The parent is told of them by ``flush()``,
/// which a worker calls when it has nothing more to do at once.
public final class WorkerLink {
  /// What a ``receive(waiting:)`` brought.
  public enum Event {
    case batch(RecordBatch)
    /// Room for results has come back.
    case room
    /// No more can come before some of what was given is answered.
    case drain
    /// No more batches will come.
    case closed
    /// Nothing now.
    case nothing
  }

  public let seat: WorkerSeat
  /// How the input is cut into records.
  public let mode: InputMode
  /// The inputs by name, for messages and `meta`.
  public let fileNames: [String]

  private let socket: MessageSocket
  private let input: SharedMemory
  private let shared: SharedMemory
  private let scanner = RecordScanner()
  private let results: ResultSlabWriter
  private var spareBatches: [RecordBatch] = []
  /// What came while an answer waited for room.
  private var stash: [Event] = []
  private var begunCount: UInt64 = 0

  init(
    seat: WorkerSeat, mode: InputMode, fileNames: [String], socket: consuming MessageSocket,
    input: SharedMemory, shared: SharedMemory, format: TupleFormat, withMeta: Bool
  ) {
    self.seat = seat
    self.mode = mode
    self.fileNames = fileNames
    self.socket = socket
    self.input = input
    self.shared = shared
    self.results = ResultSlabWriter(
      memory: shared,
      encoder: TupleEncoder(
        format: format, withMeta: withMeta, fileNames: fileNames))
    results.announce = { [unowned self] in try announce($0, $1) }
  }

  // MARK: Receiving

  /// Readable when there is something to receive.
  public var descriptor: CInt { socket.descriptor.number }

  /// Something has come already that ``receive(waiting:)`` will give without waiting, and that the
  /// descriptor does not show.
  public var hasMail: Bool { !stash.isEmpty }

  /// Takes the next message.
  /// - Parameter waiting: whether to wait for one; before it does so, it flushes.
  /// - Throws: ``SystemError``, or ``LinkError/parentIsGone``.
  public func receive(waiting: Bool) throws -> Event {
    stash.isEmpty ? try receiveNext(waiting: waiting) : stash.removeFirst()
  }

  private func receiveNext(waiting: Bool) throws -> Event {
    if waiting { try flush() }
    switch try socket.receive(ToWorker.self, waiting: waiting) {
    case .nothingYet: return .nothing
    case .ended: throw LinkError.parentIsGone
    case .message(let message, _, let attached):
      switch message.kind {
      case .close: return .closed
      case .drain: return .drain
      case .resultSlab:
        results.free(Int(message.slab))
        return .room
      case .batch:
        return .batch(try load(message, attached: attached))
      }
    }
  }

  private func load(
    _ message: ToWorker, attached: consuming OwnedDescriptor?
  ) throws(SystemError) -> RecordBatch {
    let memory: SharedMemory
    if let attached {
      memory = try SharedMemory(file: attached.number, count: message.length)
    } else if message.slab == ToWorker.attachedFile {
      throw SystemError(call: "recvmsg", code: .tooManyOpenFiles)
    } else {
      memory = input
    }
    let batch = spareBatches.popLast() ?? RecordBatch()
    batch.load(
      message, region: memory.view(message.offset, message.length), memory: memory, mode: mode,
      scanner: scanner)
    return batch
  }

  /// Gives back a batch whose records are all answered.
  public func retire(_ batch: RecordBatch) {
    batch.unload()
    if spareBatches.count < 4 { spareBatches.append(batch) }
  }

  // MARK: Working

  /// Says that `count` more records have been begun, in the order received: from here on they may
  /// have an effect.
  public func begin(_ count: Int) {
    begunCount += UInt64(count)
    shared.storeWord(begunCount, at: ResultSlabLayout.begunWord)
  }

  /// Where the process group of the worker's command is to be written, so that it can be ended
  /// even if this process is not there to do it.
  public var groupSlot: GroupSlot { shared.groupSlot(at: ResultSlabLayout.groupWord) }

  /// Whether a value is JSON, by the scanner and, where that is not sure, by jansson.
  public func problem(with value: ByteView) -> JSONProblem? { scanner.problem(with: value) }

  // MARK: Answering

  /// Answers a record with an output, which is valid JSON on one line, if there is room for it.
  ///
  /// Where there is none, ``receive(waiting:)`` will bring ``Event/room``.
  /// - Parameter seconds: how long the record took, for `meta`.
  /// - Returns: whether there was room.
  public func tryOutput(
    _ output: ByteView, for record: Int, of batch: RecordBatch, attempts: Int = 1,
    seconds: Double = 0
  ) throws -> Bool {
    let input = batch.bytes(of: record)
    guard results.hasRoom(input: input.count, output: output.count) else {
      try results.giveUpSlab()
      return false
    }
    try results.add(
      input: input, output: output, record: record, batch: batch, isException: false,
      meta: meta(record, of: batch, attempts, seconds))
    return true
  }

  /// As ``tryOutput(_:for:of:attempts:seconds:)``, waiting for room.
  public func output(
    _ output: ByteView, for record: Int, of batch: RecordBatch, attempts: Int = 1,
    seconds: Double = 0
  ) throws {
    while try !tryOutput(output, for: record, of: batch, attempts: attempts, seconds: seconds) {
      try awaitRoom(input: batch.bytes(of: record).count, output: output.count)
    }
  }

  /// Answers a record with an exception.
  ///
  /// The record of a line that is not JSON stands in the tuple as a string.
  public func exception(
    _ exception: RecordException, for record: Int, of batch: RecordBatch, seconds: Double = 0
  ) throws {
    var out = ByteBuffer()
    exception.write(to: &out)
    var text = ByteBuffer()
    var input = batch.bytes(of: record)
    if batch.problem(with: record) != nil {
      text.appendString(of: input)
      input = text.view
    }
    try awaitRoom(input: input.count, output: out.count)
    try results.add(
      input: input, output: out.view, record: record, batch: batch, isException: true,
      meta: meta(record, of: batch, exception.attempts, seconds))
  }

  /// Answers a record whose line is not JSON with the exception that says so.
  public func refuse(_ record: Int, of batch: RecordBatch, _ problem: JSONProblem) throws {
    let file = fileNames[batch.place.file]
    let line = batch.line(of: record, mode: mode)
    try exception(.invalidJSON(problem, file: file, line: line), for: record, of: batch)
  }

  private func meta(
    _ record: Int, of batch: RecordBatch, _ attempts: Int, _ seconds: Double
  ) -> TupleMeta? {
    guard results.encoder.withMeta else { return nil }
    return TupleMeta(
      index: batch.index(of: record), file: batch.place.file,
      line: batch.line(of: record, mode: mode), attempts: attempts, seconds: seconds,
      worker: seat.number)
  }

  private func awaitRoom(input: Int, output: Int) throws {
    while !results.hasRoom(input: input, output: output) {
      try results.giveUpSlab()
      let event = try receiveNext(waiting: true)
      if case .room = event { continue }
      stash.append(event)
    }
  }

  // MARK: Telling

  /// Tells the parent of every result that it does not know of yet.
  public func flush() throws {
    if let announcement = results.announcement() { try announce(announcement, -1) }
  }

  /// Says that the worker is set up.
  public func reportReady() throws {
    _ = try socket.send(FromWorker(kind: .ready), waiting: true)
  }

  func reportFailure(_ failure: WorkerFailure) throws {
    try tell(FromWorker(kind: .failed, code: Int32(failure.errno ?? 0)), failure.message)
  }

  func reportLastWords(_ text: String) throws {
    try tell(FromWorker(kind: .lastWords), text)
  }

  /// Says that everything given is passed on, and taken, and not answered: more may help.
  public func reportHungry() throws {
    _ = try socket.send(FromWorker(kind: .hungry), waiting: true)
  }

  /// Passes on what a person should know.
  public func notice(_ text: String) throws {
    try tell(FromWorker(kind: .notice), text)
  }

  /// Says that outputs may stand beside the wrong inputs from the record with number `index` on.
  public func reportOutOfStep(from index: Int, _ text: String) throws {
    try tell(FromWorker(kind: .outOfStep, index: index), text)
  }

  private func tell(_ message: FromWorker, _ text: String) throws {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    _ = try socket.send(message, text: buffer.view, waiting: true)
  }

  private func announce(_ message: FromWorker, _ attached: CInt) throws {
    _ = try socket.send(message, attached: attached, waiting: true)
  }
}

extension WorkerLink {
  /// Runs a worker until it has no more to do, and ends the process.
  func work(parent: ProcessID, _ makeWorker: PoolDriver.MakeWorker) -> Never {
    do {
      var worker = try makeWorker(seat)
      if !worker.endsItself { Process.killOnParentDeath() }
      if Process.parent != parent { Process.exitNow(0) }
      try worker.run(self)
      try flush()
      Process.exitNow(0)
    } catch LinkError.parentIsGone {
      Process.exitNow(0)
    } catch let failure as WorkerFailure {
      try? reportFailure(failure)
    } catch {
      try? reportLastWords("\(error)")
    }
    Process.exitNow(1)
  }
}

/// Why a worker's link to its pool is of no more use.
public enum LinkError: Error, Equatable {
  /// The parent has ended; nobody waits for results.
  case parentIsGone
}
