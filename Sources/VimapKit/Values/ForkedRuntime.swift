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
        try transport.fail(.unreadableInput, error)
      }
    }
    return nil
  }

  @inlinable
  func answer(_ output: Output) throws -> Bool {
    if let line = sameType(output, as: JSONLine.self) {
      return try transport.answer(line.block.bytes.slice(line.offset, line.count))
    }
    guard transport.beginAnswer() else { return false }
    do {
      try outputs.encode(output, to: &transport.frame)
    } catch {
      try transport.fail(.unsendableOutput, error)
      return true
    }
    try transport.sendAnswer()
    return true
  }

  @inlinable
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws { try transport.fail(kind, error) }

  @inlinable
  func reportSurplus() throws { try transport.reportSurplus() }
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
    defer { finish() }
    let runtime = ForkedRuntime<Input, Output>(transport)
    try transport.reportReady(keepsBytes: runtime.inputs.keepsBytes)
    do {
      try serve(runtime)
    } catch is WorkerIsLeaving {}
    try transport.flush()
  }
}
