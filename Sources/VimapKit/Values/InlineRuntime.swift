import VimapBytes

/// The runtime of a worker in the program's process, with one input on it.
final class InlineRuntime<Input: Codable, Output: Codable>: WorkerRuntime {
  private let input: SharedBytes
  private let record: Int
  private let attempt: Int
  private let worker: Int
  private var isTaken = false
  private var answer: Result<SharedBytes, WorkerError>?

  init(_ input: SharedBytes, record: Int, _ attempt: Int, worker: Int) {
    self.input = input
    self.record = record
    self.attempt = attempt
    self.worker = worker
  }

  /// What became of the input.
  var result: Result<SharedBytes, WorkerError> {
    answer ?? .failure(error(.missingOutput, "the worker returned without an answer to it"))
  }

  var late: WorkerError { error(.timedOut, "the worker took longer than its time limit") }

  var openCount: Int { isTaken && answer == nil ? 1 : 0 }
  let ticket = Ticket()

  func haveInput() -> Bool { !isTaken }

  func take() -> Input? {
    if isTaken { return nil }
    isTaken = true
    do {
      let body = Frame.body(in: input.bytes, at: 0) ?? 0..<0
      return try ValueCodec<Input>().decode(input, body.lowerBound, body.count)
    } catch {
      fail(.unreadableInput, error)
      return nil
    }
  }

  func answer(_ output: Output) {
    guard openCount > 0 else { return }
    var buffer = ByteBuffer()
    Frame.begin(&buffer)
    do {
      try ValueCodec<Output>().encode(output, to: &buffer)
      guard Frame.end(&buffer) else { throw ValueTooLarge() }
      answer = .success(SharedBytes(copying: buffer.view))
    } catch {
      fail(.unsendableOutput, error)
    }
  }

  func answer(_ result: Result<Output, any Error>, to ticket: Ticket) -> Bool {
    guard openCount > 0 else { return false }
    switch result {
    case .success(let output): answer(output)
    case .failure(let error): fail(.thrown, error)
    }
    return true
  }

  func fail(_ kind: WorkerError.Kind, _ error: any Error) {
    guard openCount > 0 else { return }
    var failure = WorkerError(kind, error, record: record, attempts: attempt)
    failure.worker = worker
    answer = .failure(failure)
  }

  private func error(_ kind: WorkerError.Kind, _ text: String) -> WorkerError {
    var error = WorkerError(kind, text, record: record, attempts: attempt)
    error.worker = worker
    return error
  }
}
