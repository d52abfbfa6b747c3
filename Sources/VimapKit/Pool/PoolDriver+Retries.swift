import VimapBytes
import VimapSystem

/// What the driver does with records that get another try.
extension PoolDriver {
  /// Parks the record of an exception, if it is to be tried again.
  /// - Returns: whether the record was parked, so that the exception is not its answer.
  func parks(
    _ run: Run, _ slot: Int, _ exception: ByteView, _ now: Nanoseconds
  ) -> Bool {
    guard configuration.retry.retries > 0,
      run.isWorthRetry || feed?.isWorthRetry(exception) == true,
      let next = state.retry(
        slot, batch: run.batch, record: run.firstRecord, pause: run.pause, wasSent: run.wasSent,
        now: now)
    else { return false }
    park(
      run.batch, run.firstRecord, run.line, next,
      ExceptionTuple(bytes: SharedBytes(copying: exception), mark: run.failure))
    return true
  }

  /// Parks a record that its worker died of.
  func park(
    _ id: UInt64, _ record: Int, _ cause: PoolState.Cause, _ next: RetryQueue.NextTry
  ) {
    guard let batch = batches[id] else { return }
    countGaps(id)
    carefully {
      try feed?.compose(batch.message(id, record..<(record + 1), attempt: 1), batch, cause) {
        record, line, exception in park(id, record, line, next, exception)
      }
    }
  }

  private func park(
    _ id: UInt64, _ record: Int, _ line: Range<Int>, _ next: RetryQueue.NextTry,
    _ exception: ExceptionTuple
  ) {
    guard let batch = batches[id] else { return }
    decisions.noteRetry(of: place(of: record, in: id), next)
    let growth = batch.park(
      record, line: line, separator: account?.separator, exception, in: slabs)
    countInFlight(id, growth)
    letGoIfSpent(id, batch)
  }

  /// Answers a parked record that will not be tried again, with the exception of its last try.
  func answerParked(_ id: UInt64, _ record: Int) {
    guard let batch = batches[id], let held = batch.parked[record] else { return }
    // Another run may try it again.
    if configuration.leavesUndone, !state.phase.isUnderWay {
      return leaveUndone(id, record..<(record + 1))
    }
    noteException(
      held.exception.mark, held.exception.bytes.bytes, batch, record, held.range)
    flow.add(held.exception.bytes, .exception, batch: id, record: record, inputs: batch.inputs)
    settle(id, batch, record..<(record + 1))
  }

  /// Releases what was kept of records that are answered now.
  func settle(_ id: UInt64, _ batch: InputBatch, _ records: Range<Int>) {
    let freed = batch.settle(records)
    if freed > 0 { countInFlight(id, -freed) }
    letGoIfSpent(id, batch)
  }

  private func letGoIfSpent(_ id: UInt64, _ batch: InputBatch) {
    guard batch.inPlace == 0, !batch.isLetGo else { return }
    if keepsSpent { return }
    letGo(id, batch)
    // If results keep their order, the batch counts until they have been passed on.
    if !configuration.keepsOrder { countInFlight(id, -batch.length) }
  }

  /// Sends a parked record again: in the message itself, or in a file if it is too long for that.
  func sendParked(_ line: SharedBytes, _ message: ToWorker, to worker: WorkerProcess) {
    if line.bytes.count <= MessageSocket.longestText {
      return worker.send(message, text: line)
    }
    do throws(SystemError) {
      let file = try MemoryFile()
      try file.append(line.bytes)
      var message = message
      message.slab = ToWorker.attachedFile
      worker.send(message, attached: file)
    } catch {
      // Treat the worker as one that cannot be reached: its records go to others.
      worker.kill()
    }
  }

  // MARK: Pauses

  /// Adds a pause and tells all workers of it. Workers that are forked later are told at their
  /// start.
  func leaveAlone(_ pause: KeyPause) {
    guard pausedKeys.add(pause) else { return }
    if let known = configuration.knownKeys {
      state.pause(until: pausedKeys.end(ofAll: known, now: Clock.now()) ?? 0)
    }
    decisions.notePause(of: pause.key, until: pause.end)
    for slot in workers.slots { workers[slot]?.tell(pause) }
    if !state.phase.isStopping, pausedKeys.isNews(pause, now: Clock.now()) {
      onEvent(.paused(pause))
    }
  }

  func tellOfPauses(_ slot: Int) {
    for pause in pausedKeys.current(Clock.now()) { workers[slot]?.tell(pause) }
  }

  /// The number of records that are with a worker and wait there for the end of a pause.
  func recordsWaiting(with slot: Int, _ now: Nanoseconds) -> Int {
    guard let worker = workers[slot] else { return 0 }
    if worker.isResting(now) { return state.slots[slot].outstanding }
    let unsent = worker.unsent
    if unsent.isEmpty { return 0 }
    return state.slots[slot].assignments.flatMap { state.unanswered(in: $0) }
      .flatMap { $0.parted(by: unsent).unsent }.reduce(0) { $0 + $1.records.count }
  }
}

extension WorkerProcess {
  fileprivate func tell(_ pause: KeyPause) {
    var text = ByteBuffer(capacity: 64)
    text.append(text: pause.key)
    send(
      ToWorker(
        kind: .pause, length: Int(clamping: pause.length), index: Int(clamping: pause.end),
        reason: Int32(clamping: pause.reason)), text: SharedBytes(taking: text))
  }
}
