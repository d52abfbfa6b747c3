import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// A worker's side of a ``RecordPool``: batches of records come in here, and results go out.
///
/// Results are written straight into shared memory. The parent is told of them by ``flush()``,
/// which a worker calls when it has nothing more to do at once.
package final class WorkerLink {
  /// What a ``receive(waiting:)`` brought.
  package enum Event {
    /// Records to work on.
    case batch(RecordBatch)
    /// Room for results has come back.
    case room
    /// No more can come before some of what was given is answered.
    case flush
    /// No more batches will come.
    case closed
    /// What has a key in common is to be left alone. Workers whose records have none have nothing
    /// to do about it.
    case pause(KeyPause)
    /// Nothing now.
    case nothing
  }

  /// How the input is cut into records.
  package let mode: InputMode
  /// The inputs by name, for messages and `meta`.
  package let fileNames: [String]

  let channel: WorkerChannel
  let encoder: TupleEncoder
  let scanner = RecordScanner()
  private var spareBatches: [RecordBatch] = []
  private var gauge: MemoryGauge
  private let retried: RetriedFailures
  private let triesAgain: Bool
  /// Until when the parent knows that keys are to be left alone.
  private var knownPauses: [String: Nanoseconds] = [:]
  var explains = false
  private var hasGapInAnswer = false

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

  /// Readable when there is something to receive.
  package var descriptor: CInt { channel.descriptor }

  /// Something has come already that ``receive(waiting:)`` will give without waiting, and that the
  /// descriptor does not show.
  package var hasPending: Bool { channel.hasPending }

  /// Takes the next message.
  /// - Parameter waiting: whether to wait for one; before it does so, it flushes.
  /// - Throws: `SystemError`, or ``LinkError/parentIsGone``.
  package func receive(waiting: Bool) throws -> Event {
    switch try channel.receive(waiting: waiting) {
    case .batch(let message, let memory): .batch(try load(message, memory))
    case .room: .room
    case .flush: .flush
    case .closed: .closed
    case .pause(let pause): .pause(pause)
    case .nothing: .nothing
    }
  }

  /// Takes in what has come, to be received later: a worker that waits for something else can watch
  /// ``descriptor`` so, and look whether it ``isRecalled``.
  /// - Throws: as ``receive(waiting:)``.
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

  /// Says that `count` more records have been begun, in the order received: from here on they may
  /// have an effect.
  package func begin(_ count: Int) { channel.begin(count) }

  /// How many records have been begun.
  package var begun: UInt64 { channel.begunCount }

  /// Says that some of the records begun have not been sent anywhere yet, and so cannot have had an
  /// effect: should the worker be killed now, they are not held to have been tried.
  /// - Parameters:
  ///   - records: by what ``begun`` was before each of them.
  ///   - place: of the request that they go into, among those that the worker may have at a time.
  package func noteUnsent(_ records: Range<UInt64>, at place: Int) {
    channel.noteUnsent(records, at: place)
  }

  /// Says that a request is about to be sent, or is over.
  package func noteSent(at place: Int) { channel.noteUnsent(0..<0, at: place) }

  /// Has the worker replaced where it has grown past what it may have.
  ///
  /// Where this is `true`, the pool has been told: the worker answers the records it has begun,
  /// begins no more, whatever else it has or is sent, and returns. The others go to other workers.
  /// - Parameter measure: the worker's size in bytes; asked for now and then only, and not at all
  ///   where there is no limit.
  package func retires(measuring measure: () -> Int) throws -> Bool {
    guard gauge.isPast(measure) else { return false }
    try channel.retire()
    return true
  }

  /// Whether the run is stopped before its end. The worker then calls ``retire()``, and does as it
  /// says; one that doesn't look finishes all it was given.
  package var isRecalled: Bool { channel.isRecalled }

  /// Says that the worker answers the records it has begun, begins no more, whatever else it has or
  /// is sent, and returns. The others are no longer its affair.
  package func retire() throws { try channel.retire() }

  /// Where the process group of the worker's command is to be written, so that it can be ended
  /// even if this process is not there to do it.
  package var groupSlot: GroupSlot { channel.groupSlot }

  /// Whether a value is JSON: as ``problem(with:)``, without a word about what is wrong, for which
  /// memory of many times the value's size may be needed.
  package func isJSON(_ value: ByteView) -> Bool { scanner.accepts(value) }

  /// What keeps a value from being JSON, by the scanner and, where that is not sure, by jansson.
  package func problem(with value: ByteView) -> JSONProblem? { scanner.problem(with: value) }

  // MARK: Answering

  /// Answers a record with an output, which is valid JSON on one line, if there is room for it.
  ///
  /// Where there is none, ``receive(waiting:)`` will bring ``Event/room``.
  /// - Parameters:
  ///   - output: the answer; lent for the call.
  ///   - record: the record, counted from 0 in its batch.
  ///   - batch: the batch it is of.
  ///   - attempts: times it was tried, for `meta`.
  ///   - seconds: how long it took, for `meta`.
  /// - Returns: whether there was room; then ``note(seconds:count:)`` is to be told of it.
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

  /// As ``tryOutput(_:for:of:attempts:seconds:)``, waiting for room, and noting the time.
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

  /// Answers a record with an exception; where the pool has further tries for it, it comes again.
  ///
  /// A ``RecordException/Pause`` that has a key holds, whether or not there are further tries.
  ///
  /// The record of a line that is not JSON stands in the tuple as a string.
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
        // What is wrong with the record itself does not pass.
        isWorthRetry: triesAgain && wasTried && !exception.isLasting
          && exception.pause?.nextTry != .never && retried.covers(exception),
        pause: exception.pause.flatMap { $0.nextTry == .afterPause ? $0.delay : nil },
        wasTried: wasTried, wasSent: exception.wasSent,
        failure: encoder.mark(mark, input: answer.input.count),
        isCancelled: exception.kind == .cancelled),
      with: answer)
    if wasTried { note(seconds: seconds, count: 1) }
  }

  /// Says how long some tries took, each of them, for statistics. It is best told of many at once.
  /// - Parameters:
  ///   - seconds: how long; 0 where it is not known, and then they are left out.
  ///   - count: how many tries.
  package func note(seconds: Double, count: Int) {
    if seconds > 0, count > 0 { channel.table?.note(seconds, count: count) }
  }

  /// Tells the other workers of what is to be left alone. What is said by many answers at
  /// about the same time is told once: up to a few milliseconds later.
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

  /// Answers a record whose line is not JSON with the exception that says so.
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

  /// Tells the parent of every result that it does not know of yet.
  package func flush() throws { try channel.flush() }

  /// Says, the first time, that an answer that is text is not UTF-8.
  package func noteGapInAnswer() throws {
    if hasGapInAnswer { return }
    hasGapInAnswer = true
    try notice(
      "the command printed bytes that are not UTF-8, and each is U+FFFD in out:"
        + " have it print UTF-8")
  }
}
