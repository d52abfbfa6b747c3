public import VimapBytes

/// The desk of a worker in a process of its own.
@usableFromInline
final class ForkedDesk<Input: Codable, Output: Codable>: WorkerDesk {
  @usableFromInline let tray: WorkerTray
  @usableFromInline let inputs = ValueCodec<Input>()
  @usableFromInline let outputs = ValueCodec<Output>()

  @inlinable
  init(_ tray: WorkerTray) {
    self.tray = tray
  }

  @inlinable var openCount: Int { tray.openCount }

  @usableFromInline
  func haveInput() throws -> Bool { try tray.haveInput() }

  @inlinable
  func take() throws -> Input? {
    while let body = try tray.takeBody() {
      do {
        if let block = tray.block {
          return try inputs.decode(block, body.lowerBound, body.count)
        }
        return try inputs.decode(tray.bytes.slice(body.lowerBound, body.count))
      } catch {
        try tray.fail(.unreadableInput, error)
      }
    }
    return nil
  }

  @inlinable
  func answer(_ output: Output) throws -> Bool {
    if let line = sameType(output, as: JSONLine.self) {
      return try tray.answer(line.block.bytes.slice(line.offset, line.count))
    }
    guard tray.beginAnswer() else { return false }
    do {
      try outputs.encode(output, to: &tray.frame)
    } catch {
      try tray.fail(.unsendableOutput, error)
      return true
    }
    try tray.sendAnswer()
    return true
  }

  @inlinable
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws { try tray.fail(kind, error) }

  @inlinable
  func reportSurplus() throws { try tray.reportSurplus() }
}

extension WorkerRoutine {
  /// What runs in a worker's process.
  @inlinable
  mutating func work(_ tray: WorkerTray) throws {
    do {
      try start()
    } catch {
      return try tray.reportFailedStart(error)
    }
    defer { finish() }
    let desk = ForkedDesk<Input, Output>(tray)
    try tray.reportReady(keepsBytes: desk.inputs.keepsBytes)
    do {
      try serve(desk)
    } catch is WorkerIsLeaving {}
    try tray.flush()
  }
}
