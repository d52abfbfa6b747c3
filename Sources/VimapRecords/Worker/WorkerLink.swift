import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// A worker's side of a ``RecordPool``: batches of records come in here, and results go out.
///
/// Results are written straight to shared memory. ``flush()`` announces them to the parent. A
/// worker calls it when it has nothing more to do at once.
package final class WorkerLink {
  /// What a ``receive(waiting:)`` brings.
  package enum Event {
    /// Records to work on.
    case batch(RecordBatch)
    /// A result slab came back, so there is room for results.
    case room
    /// No more can come before some of the records are answered.
    case flush
    /// No more batches will come.
    case closed
    /// A key is paused. Workers whose records have no keys can ignore this.
    case pause(KeyPause)
    /// Nothing has come yet.
    case nothing
  }

  /// How the input is cut into records.
  package let mode: InputMode
  /// The names of the inputs, for messages and `meta`.
  package let fileNames: [String]

  let channel: WorkerChannel
  let encoder: TupleEncoder
  let scanner = RecordScanner()
  private var spareBatches: [RecordBatch] = []
  private var gauge: MemoryGauge
  private let retried: RetriedFailures
  private let triesAgain: Bool
  /// For each key, until when the parent knows that it is paused.
  private var knownPauses: [String: Nanoseconds] = [:]
  var explains = false
  private var hasGapInAnswer = false
  /// What the pool still wants of the worker.
  package private(set) var stage = WorkerStage.open

  /// - Parameter triesAgain: whether records are tried again at all.
  init(_ channel: WorkerChannel, _ form: RecordForm, triesAgain: Bool, mostMemory: Int?) {
    self.channel = channel
    self.triesAgain = triesAgain
    retried = form.retried
    gauge = MemoryGauge(limit: mostMemory)
    mode = form.mode
    fileNames = form.fileNames
    encoder = TupleEncoder(
      format: form.format, withMeta: form.withMeta, fileNames: form.fileNames)
  }

  /// The worker's place in the pool.
  package var context: WorkerContext { channel.context }

  // MARK: Receiving

  /// Becomes readable when there is something to receive.
  package var descriptor: CInt { channel.descriptor }

  /// Whether ``receive(waiting:)`` has something at hand that the descriptor does not show.
  package var hasPending: Bool { channel.hasPending }

  /// Takes the next message. A worker that has retired only gets room and pauses: other messages
  /// are dropped, since their records go to other workers.
  /// - Parameter waiting: whether to wait for one. Before it waits, it flushes.
  /// - Throws: `SystemError`, or ``LinkError/parentIsGone``.
  package func receive(waiting: Bool) throws -> Event {
    while true {
      switch try channel.receive(waiting: waiting) {
      case .room: return .room
      case .pause(let pause): return .pause(pause)
      case .nothing: return .nothing
      case _ where stage >= .retired: continue
      case .batch(let message, let memory): return .batch(try load(message, memory))
      case .flush: return .flush
      case .closed:
        stage = .closed
        return .closed
      }
    }
  }

  /// Reads all messages that have come, and keeps them for ``receive(waiting:)``. So a worker that
  /// waits for something else can watch ``descriptor`` and check ``isRecalled``.
  package func takeInMessages() throws { try channel.takeInMessages() }

  private func load(_ message: ToWorker, _ memory: SharedMemory) throws -> RecordBatch {
    let batch = spareBatches.popLast() ?? RecordBatch()
    batch.load(
      message, region: memory.view(message.offset, message.length), memory: memory, mode: mode,
      scanner: scanner)
    if batch.hasGaps {
      try channel.tell(FromWorker(kind: .gaps, index: Int(clamping: message.batch)))
    }
    return batch
  }

  /// Gives back a batch whose records are all answered.
  package func retire(_ batch: RecordBatch) {
    batch.unload()
    if spareBatches.count < 4 { spareBatches.append(batch) }
  }

  // MARK: Working

  /// Notes that `count` more records have been begun, in the order in which they came. From here on
  /// they may have an effect.
  package func begin(_ count: Int) { channel.begin(count) }

  /// How many records have been begun.
  package var begun: UInt64 { channel.begunCount }

  /// Notes that some of the records begun have not been sent yet, and so cannot have had an effect.
  /// If the worker is killed now, they do not count as tried.
  /// - Parameters:
  ///   - records: for each record, the value of ``begun`` before it was begun.
  ///   - place: the place of their request among those that the worker may have at a time.
  package func noteUnsent(_ records: Range<UInt64>, at place: Int) {
    channel.noteUnsent(records, at: place)
  }

  /// Notes that a request is about to be sent, or is over.
  package func noteSent(at place: Int) { channel.noteUnsent(0..<0, at: place) }

  /// Has the worker replaced if it uses more memory than it may.
  /// - Parameter measure: the worker's size in bytes. It is called only now and then, and never if
  ///   there is no limit.
  /// - Returns: whether it is replaced; then it has retired, as after ``retire()``.
  package func retires(measuring measure: () -> Int) throws -> Bool {
    guard stage == .open, gauge.isPast(measure) else { return false }
    try retire()
    return true
  }

  /// Whether the run was stopped, and ``heedRecall()`` has not been called since. A worker that
  /// does not check this before each record finishes all that it was given.
  package var isRecalled: Bool { stage < .recalled && channel.isRecalled }

  /// If the run was stopped, tells the pool that the worker begins no more records.
  /// - Returns: whether the run was stopped, and this is the first call since.
  package func heedRecall() throws -> Bool {
    guard isRecalled else { return false }
    try retire()
    stage = .recalled
    return true
  }

  /// Tells the pool that the worker begins no more records, answers those it has begun, and then
  /// returns. The pool gives the other records to other workers.
  package func retire() throws {
    if stage >= .retired { return }
    try channel.retire()
    stage = .retired
  }

  /// The shared word for the process group of the worker's command. With it, the command can be
  /// killed even if this process can no longer do it.
  package var groupSlot: GroupSlot { channel.groupSlot }

  /// Whether a value is JSON. Unlike ``problem(with:)``, this does not find out what is wrong,
  /// which may need memory of many times the value's size.
  package func isJSON(_ value: ByteView) -> Bool { scanner.accepts(value) }

  /// What is wrong with a value, or `nil` if it is JSON. The scanner decides, or jansson if it
  /// can't.
  package func problem(with value: ByteView) -> JSONProblem? { scanner.problem(with: value) }

  // MARK: Answering

  /// Answers a record with an output, which is valid JSON on one line, if there is room for it. If
  /// there is none, ``receive(waiting:)`` will bring ``Event/room``.
  /// - Parameters:
  ///   - output: the answer; lent for the call.
  ///   - record: the record, counted from 0 in its batch.
  ///   - batch: the batch of the record.
  ///   - attempts: how many times it was tried, for `meta`.
  ///   - seconds: how long it took, for `meta`.
  /// - Returns: whether there was room. If so, call ``note(seconds:count:)``.
  package func tryOutput(
    _ output: ByteView, for record: Int, of batch: RecordBatch, attempts: Int = 1,
    seconds: Double = 0
  ) throws -> Bool {
    let answer = tuple(output, for: record, of: batch, attempts, seconds)
    if answer.sizeLimit > Run.longest {
      try exception(.tooLongResult(attempts: attempts), for: record, of: batch)
      return true
    }
    return try channel.tryAnswer(
      AnsweredRecord(batch: batch.id, number: record), with: answer)
  }

  /// As ``tryOutput(_:for:of:attempts:seconds:)``, but waits for room and notes the time.
  package func output(
    _ output: ByteView, for record: Int, of batch: RecordBatch, attempts: Int = 1,
    seconds: Double = 0
  ) throws {
    let answer = tuple(output, for: record, of: batch, attempts, seconds)
    if answer.sizeLimit > Run.longest {
      return try exception(
        .tooLongResult(attempts: attempts), for: record, of: batch, seconds: seconds)
    }
    try channel.answer(AnsweredRecord(batch: batch.id, number: record), with: answer)
    note(seconds: seconds, count: 1)
  }

  /// Answers a record with an exception. If the pool has more tries for the record, it comes again.
  ///
  /// A ``RecordException/Pause`` with a key holds even if there are no more tries. If the record's
  /// line is not JSON, the tuple has it as a string.
  package func exception(
    _ exception: RecordException, for record: Int, of batch: RecordBatch, seconds: Double = 0
  ) throws {
    var out = ByteBuffer()
    let mark = exception.put(into: &out)
    var answer = tuple(out.view, for: record, of: batch, exception.attempts, seconds)
    answer.isException = true
    var text = ByteBuffer()
    if batch.problem(with: record) != nil {
      text.appendString(of: answer.input)
      answer.input = text.view
    }
    let wasTried = exception.attempts >= batch.attempt
    if let pause = exception.pause { try pass(pause, reason: exception.code ?? 0) }
    try channel.answer(
      AnsweredRecord(
        batch: batch.id, number: record, exceptionLine: batch.lineRange(of: record),
        // A fault of the record itself does not pass.
        isWorthRetry: triesAgain && wasTried && !exception.isLasting
          && exception.pause?.nextTry != .never && retried.covers(exception),
        pause: exception.pause.flatMap { $0.nextTry == .afterPause ? $0.delay : nil },
        wasTried: wasTried, wasSent: exception.wasSent,
        failure: encoder.mark(mark, input: answer.input.count),
        isCancelled: exception.kind == .cancelled),
      with: answer)
    if wasTried { note(seconds: seconds, count: 1) }
  }

  /// Notes how long some tries took, each of them, for statistics. Call it for many tries at once.
  /// - Parameters:
  ///   - seconds: how long each took. If it is 0, the time is unknown, and the tries are left out.
  ///   - count: how many tries.
  package func note(seconds: Double, count: Int) {
    if seconds > 0, count > 0 { channel.table?.note(seconds, count: count) }
  }

  /// Tells the other workers about a pause. If many answers ask for it at about the same time, they
  /// are told once, up to a few milliseconds later.
  private func pass(_ pause: RecordException.Pause, reason: Int) throws {
    guard let key = pause.key else { return }
    let step = Nanoseconds.milliseconds(16)
    let until = Clock.now().plus(pause.delay).plus(step - 1) / step * step
    guard until > knownPauses[key] ?? 0 else { return }
    knownPauses[key] = until
    try channel.tell(
      FromWorker(
        kind: .pause, code: Int32(clamping: reason), index: Int(clamping: until),
        length: Int(clamping: pause.delay)), key)
  }

  /// Answers a record whose line is not JSON with the exception for that.
  package func refuse(_ record: Int, of batch: RecordBatch, _ problem: JSONProblem) throws {
    let file = fileNames[batch.place.file]
    let line = batch.line(of: record, mode: mode)
    try exception(.invalidJSON(problem, file: file, line: line), for: record, of: batch)
  }

  private func tuple(
    _ output: ByteView, for record: Int, of batch: RecordBatch, _ attempts: Int,
    _ seconds: Double
  ) -> TupleAnswer {
    var answer = TupleAnswer(encoder: encoder, input: batch.bytes(of: record), output: output)
    if encoder.withMeta {
      answer.meta = TupleMeta(
        index: batch.index(of: record), file: batch.place.file,
        line: batch.line(of: record, mode: mode), attempts: attempts, seconds: seconds,
        worker: context.number)
    }
    return answer
  }

  // MARK: Telling

  /// Announces all results that the parent does not know yet.
  package func flush() throws { try channel.flush() }

  /// Reports, once, that an answer that is text is not UTF-8.
  package func noteGapInAnswer() throws {
    if hasGapInAnswer { return }
    hasGapInAnswer = true
    try notice(
      "the command printed bytes that are not UTF-8, and each is U+FFFD in out:"
        + " have it print UTF-8")
  }
}
