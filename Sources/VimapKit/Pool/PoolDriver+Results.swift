import VimapBytes
import VimapSystem

/// What the driver does with results: it tells the state about them, and passes them on.
extension PoolDriver {
  /// Takes in runs of results that a worker has written.
  /// - Parameter attached: the file that holds the last run, if that is larger than a slab.
  func take(
    _ runs: [Run], of slab: Int, _ attached: consuming OwnedDescriptor?,
    from worker: WorkerProcess, _ slot: Int
  ) {
    if isAbandoned {
      for _ in runs { worker.slabs.letGo(slab) }
      return
    }
    let now = Clock.now()
    var attached = attached
    for run in runs {
      // Without its file, the tuple is lost. The worker is killed, and its death says what becomes
      // of the record.
      guard let piece = piece(run, of: slab, run.isAttached ? attached.take() : nil, worker, slot)
      else {
        worker.slabs.letGo(slab)
        worker.kill()
        continue
      }
      let isPassedOn = passOn(run, piece, from: worker, slot, now)
      // The slab stays in use as long as results in it are on their way out.
      if run.isAttached || !isPassedOn { worker.slabs.letGo(slab) }
    }
  }

  private func piece(
    _ run: Run, of slab: Int, _ file: consuming OwnedDescriptor?, _ worker: WorkerProcess,
    _ slot: Int
  ) -> ResultPiece? {
    var piece = ResultPiece(
      bytes: .empty, kind: run.kind, source: .slab(slot: slot, slab: slab), batch: run.batch,
      records: run.records, inputs: batches[run.batch]?.inputs)
    guard run.isAttached else {
      piece.bytes = worker.slabs.bytes(of: run, in: slab)
      return piece
    }
    guard let file = file.take(),
      let memory = try? SharedMemory(file: file.number, count: run.length)
    else { return nil }
    piece.bytes = memory.view(0, run.length)
    piece.source = .file(memory)
    return piece
  }

  /// Passes results on, unless their records are tried again or had been answered before.
  /// - Returns: whether the results are on their way out.
  private func passOn(
    _ run: Run, _ piece: ResultPiece, from worker: WorkerProcess, _ slot: Int, _ now: Nanoseconds
  ) -> Bool {
    if run.batch == Run.noBatch {
      flow.addOrphan(piece)
      return true
    }
    if run.kind == .exception, parks(run, slot, piece.bytes, now) { return false }
    let isAnswered = state.answered(
      slot, batch: run.batch, records: run.records, failed: run.kind == .exception,
      wasTried: run.wasTried, now: now)
    guard isAnswered else {
      worker.kill()
      return false
    }
    let batch = batches[run.batch]
    if run.isCancelled, configuration.leavesUndone {
      leaveUndone(run.batch, run.records)
      return false
    }
    // A worker that cancels a further try does not know how the try before failed. The pool does.
    if run.isCancelled, batch?.parked[run.firstRecord] != nil {
      answerParked(run.batch, run.firstRecord)
      return false
    }
    meter?.noteAnswers(run.recordCount, of: slot)
    if run.kind == .exception, let batch {
      noteException(run.failure, piece.bytes, batch, run.firstRecord, run.line)
    }
    if run.kind == .outputs, let batch {
      doubts?.note(run.records, of: run.batch, batch, by: slot)
    }
    flow.add(piece)
    if let batch { settle(run.batch, batch, run.records) }
    return true
  }

  /// Runs a body that writes. If it fails, the run is given up.
  package func carefully(
    _ body: () throws -> Void,
    outcome: (SystemError) -> RunOutcome = { .outputFailed($0) }
  ) {
    do {
      try body()
    } catch let error as SystemError {
      giveUp(error.code == .brokenPipe ? .readerGone : outcome(error))
    } catch {
      giveUp(outcome(SystemError(call: "\(error)", code: .ioError)))
    }
  }

  /// Notes that a record is answered with an exception.
  /// - Parameter line: where the record's line is in the batch.
  func noteException(
    _ mark: FailureMark?, _ tuple: ByteView, _ batch: InputBatch, _ record: Int, _ line: Range<Int>
  ) {
    guard let account else { return }
    carefully {
      try account.note(
        FailedRecord(batch: batch, record: record, line: line, tuple: tuple, mark: mark))
    }
  }

  /// Counts the lines of a batch that are not UTF-8. Several workers may see the same batch, so it
  /// is counted once. It is counted here, since a worker may die before it has reported.
  func countGaps(_ id: UInt64) {
    guard let batch = batches[id], !batch.hasCountedGaps else { return }
    batch.hasCountedGaps = true
    account?.noteGaps(in: batch)
  }

  /// Answers records in the place of a worker.
  func except(_ id: UInt64, _ records: Range<Int>, _ cause: PoolState.Cause) {
    guard let batch = batches[id] else { return }
    if configuration.leavesUndone, cause.leavesUndone { return leaveUndone(id, records) }
    countGaps(id)
    compose(id, batch, records, cause)
    settle(id, batch, records)
  }

  /// Records have no answer when the run ends.
  func leaveUndone(_ id: UInt64, _ records: Range<Int>) {
    report.undone += records.count
    if let batch = batches[id] { settle(id, batch, records) }
  }

  func compose(
    _ id: UInt64, _ batch: InputBatch, _ records: Range<Int>, _ cause: PoolState.Cause
  ) {
    carefully {
      try feed?.compose(batch.message(id, records, attempt: 1), batch, cause) {
        record, line, exception in
        noteException(exception.mark, exception.bytes.bytes, batch, record, line)
        flow.add(exception.bytes, .exception, batch: id, record: record, inputs: batch.inputs)
      }
    }
  }

  /// Helps a worker that can do nothing, since all its slabs hold results that wait for their turn:
  /// copies these out of the slabs, as far as the window allows.
  func spillIfStuck(_ slot: Int) {
    if workers.isStuck(slot) { flow.spill(slot, limit: configuration.window) }
  }

  /// Helps stuck workers without a limit if the batch whose turn it is depends on them. Either a
  /// stuck worker has that batch itself, or nobody has, since its worker died; then a stuck worker
  /// must get on to be able to take it.
  func spillAwaited() {
    guard let head = flow.head else { return }
    let owner = state.slots.holder(of: head)
    for slot in workers.slots where (owner == nil || owner == slot) && workers.isStuck(slot) {
      flow.spill(slot, limit: nil)
    }
  }
}

extension PoolState.Cause {
  /// It says nothing of the record but that its turn did not come.
  fileprivate var leavesUndone: Bool {
    switch self {
    case .cannotStart, .cancelled: true
    case .workerDied, .timedOut, .unpaired: false
    }
  }
}
