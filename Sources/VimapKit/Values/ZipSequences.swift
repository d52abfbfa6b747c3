/// Every input of a pool with what became of it, as a sequence that is read once.
///
/// As an `AsyncSequence` it waits without holding up the thread, and throws a ``PoolError`` or
/// `CancellationError`; as a `Sequence` it ends there, and ``check()`` throws the error.
public struct ZipInOutTyp<Input, Output: Codable>: Sequence, AsyncSequence {
  public typealias Element = Mapped<Input, Output>

  let reader: ResultReader<Input, Output>

  init(core: PoolCore<Output>, closeIfDone: Bool) {
    reader = ResultReader(core, closeIfDone: closeIfDone)
  }

  /// Throws the error that ended a loop, if one did.
  public func check() throws { try reader.check() }

  public func makeIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }
  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  public struct Iterator: IteratorProtocol, AsyncIteratorProtocol {
    let lease: ReadingLease<Input, Output>

    public mutating func next() -> Mapped<Input, Output>? { lease.reader.next() }

    public mutating func next() async throws -> Mapped<Input, Output>? {
      try await lease.reader.next(isolation: #isolation)
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Mapped<Input, Output>? {
      try await lease.reader.next(isolation: actor)
    }
  }
}

/// Every input of a pool with its output, as a sequence that is read once and ends with the first
/// input that has none.
///
/// As an `AsyncSequence` it throws the ``WorkerError``; as a `Sequence` it ends there, and
/// ``check()`` throws it.
public struct ZipInOut<Input, Output: Codable>: Sequence, AsyncSequence {
  public typealias Element = (Input, Output)

  let reader: ResultReader<Input, Output>

  init(core: PoolCore<Output>, closeIfDone: Bool) {
    reader = ResultReader(core, closeIfDone: closeIfDone)
  }

  /// Throws the error that ended a loop, if one did.
  public func check() throws { try reader.check() }

  public func makeIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }
  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  public struct Iterator: IteratorProtocol, AsyncIteratorProtocol {
    let lease: ReadingLease<Input, Output>

    public mutating func next() -> (Input, Output)? { lease.reader.nextPair() }

    public mutating func next() async throws -> (Input, Output)? {
      try await lease.reader.nextPair(isolation: #isolation)
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> (Input, Output)? {
      try await lease.reader.nextPair(isolation: actor)
    }
  }
}

/// A loop's hold on a reader: when the loop lets go, the reading has ended.
final class ReadingLease<Input, Output: Codable> {
  let reader: ResultReader<Input, Output>

  init(_ reader: ResultReader<Input, Output>) { self.reader = reader }

  deinit { reader.leave() }
}

/// Reads a pool's results and puts the inputs beside them.
final class ResultReader<Input, Output: Codable> {
  private let core: PoolCore<Output>
  private let closeIfDone: Bool
  private var isAtEnd = false
  private var failure: (any Error)?
  /// The list that the last input was kept in.
  private var inputs: TypedInputs<Input>?

  init(_ core: PoolCore<Output>, closeIfDone: Bool) {
    self.core = core
    self.closeIfDone = closeIfDone
  }

  func check() throws {
    if let failure { throw failure }
  }

  /// No more results are asked for.
  func leave() {
    if isAtEnd { return }
    isAtEnd = true
    if closeIfDone { core.engine.close() }
  }

  // MARK: One by one

  func next() -> Mapped<Input, Output>? {
    guard begin() else { return nil }
    do {
      return try mapped(try core.next())
    } catch {
      fail(error)
      core.onNotice(.errorInLoop(error))
      return nil
    }
  }

  func next(isolation: isolated (any Actor)?) async throws -> Mapped<Input, Output>? {
    guard begin() else { return nil }
    do {
      return try mapped(try await core.next(isolation: isolation))
    } catch {
      fail(error)
      throw error
    }
  }

  func nextPair() -> (Input, Output)? {
    switch next() {
    case .output(let input, let output): return (input, output)
    case .exception(_, let error), .noInput(let error):
      fail(error)
      core.onNotice(.errorInLoop(error))
      return nil
    case nil: return nil
    }
  }

  func nextPair(isolation: isolated (any Actor)?) async throws -> (Input, Output)? {
    switch try await next(isolation: isolation) {
    case .output(let input, let output): return (input, output)
    case .exception(_, let error), .noInput(let error):
      fail(error)
      throw error
    case nil: return nil
    }
  }

  private func begin() -> Bool {
    if isAtEnd { return false }
    core.engine.closesWhenDone = closeIfDone
    return true
  }

  private func fail(_ error: any Error) {
    failure = error
    leave()
  }

  private func mapped(_ taken: Taken<Output>?) throws(PoolError) -> Mapped<Input, Output>? {
    guard let taken else {
      isAtEnd = true
      inputs = nil
      return nil
    }
    let result = try mapped(taken)
    core.keep(result)
    return result
  }

  private func mapped(_ taken: Taken<Output>) throws(PoolError) -> Mapped<Input, Output> {
    guard let kept = taken.kept else {
      switch taken.outcome {
      case .failure(let error): return .noInput(error)
      case .success: throw .mixedInputs
      }
    }
    if kept !== inputs { inputs = kept as? TypedInputs<Input> }
    guard let input = inputs?.take(taken.index) else { throw .mixedInputs }
    switch taken.outcome {
    case .success(let output): return .output(input, output)
    case .failure(let error): return .exception(input, error)
    }
  }
}
