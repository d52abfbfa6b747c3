public import VimapBytes

/// The runtime of a worker in a process of its own.
@usableFromInline
final class ForkedRuntime<Input: Codable, Output: Codable>: WorkerRuntime {
  @usableFromInline let transport: FramedTransport
  @usableFromInline let inputs = ValueCodec<Input>()
  @usableFromInline let outputs = ValueCodec<Output>()

  @inlinable
  init(_ transport: FramedTransport) {
    self.transport = transport
  }

  @inlinable var openCount: Int { transport.openCount }

  @usableFromInline var ticket: Ticket { transport.ticket }

  @usableFromInline
  func haveInput() throws -> Bool { try transport.haveInput() }

  @inlinable
  func take() throws -> Input? {
    while let body = try transport.takeBody() {
      do {
        if let block = transport.block {
          return try inputs.decode(block, body.lowerBound, body.count)
        }
        return try inputs.decode(transport.bytes.slice(body.lowerBound, body.count))
      } catch {
        _ = try transport.fail(.unreadableInput, error, transport.ticket)
      }
    }
    return nil
  }

  @inlinable
  func answer(_ output: Output) throws {
    if let line = sameType(output, as: JSONLine.self) {
      return try transport.answer(line.bytes)
    }
    transport.beginAnswer()
    do {
      try outputs.encode(output, to: &transport.frame)
    } catch {
      return try transport.fail(.unsendableOutput, error)
    }
    try transport.sendAnswer()
  }

  @inlinable
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws { try transport.fail(kind, error) }

  @usableFromInline
  func answer(_ result: Result<Output, any Error>, to ticket: Ticket) throws -> Bool {
    switch result {
    case .failure(let error): return try transport.fail(.thrown, error, ticket)
    case .success(let output):
      if transport.isOldest(ticket) {
        try answer(output)
        return true
      }
      guard transport.isOpen(ticket) else { return false }
      transport.beginAnswer()
      do {
        try outputs.encode(output, to: &transport.frame)
      } catch {
        return try transport.fail(.unsendableOutput, error, ticket)
      }
      try transport.sendAnswer(to: ticket)
      return true
    }
  }
}

extension WorkerRoutine {
  /// What runs in a worker's process.
  @inlinable
  mutating func work(_ transport: FramedTransport) throws {
    do {
      try start()
    } catch {
      return try transport.reportFailedStart(error)
    }
    let runtime = ForkedRuntime<Input, Output>(transport)
    var failure: (any Error)?
    do {
      try transport.reportReady(keepsBytes: runtime.inputs.keepsBytes)
      do {
        try serve(runtime)
      } catch is WorkerIsLeaving {}
      try transport.flush()
    } catch {
      failure = error
    }
    do { try finish() } catch { throw transport.finishFailure(error) }
    if let failure { throw failure }
  }
}
