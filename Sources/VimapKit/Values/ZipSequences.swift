/// Every input of a pool with what became of it, as a sequence that is read once.
///
/// As an `AsyncSequence` it waits without holding up the thread, and throws a ``PoolError`` or
/// `CancellationError`; as a `Sequence` it ends there, and ``check()`` throws the error.
public struct ZipInOutTyp<Input, Output: Codable>: PoolResults {
  public typealias Element = Mapped<Input, Output>

  let reader: ResultReader<Input, Output>

  init(core: PoolCore, closeIfDone: Bool) {
    reader = ResultReader(core, closeIfDone: closeIfDone)
  }

  /// Throws the error that ended a loop, if one did.
  public func check() throws { try reader.check() }

  public func makeIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }
  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  public struct Iterator: IteratorProtocol, AsyncIteratorProtocol {
    @usableFromInline let lease: ReadingLease<Input, Output>

    @inlinable
    public mutating func next() -> Mapped<Input, Output>? { lease.reader.next() }

    @inlinable
    public mutating func next() async throws -> Mapped<Input, Output>? {
      try await lease.reader.next(isolation: #isolation)
    }

    @inlinable
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
public struct ZipInOut<Input, Output: Codable>: PoolResults {
  public typealias Element = (Input, Output)

  let reader: ResultReader<Input, Output>

  init(core: PoolCore, closeIfDone: Bool) {
    reader = ResultReader(core, closeIfDone: closeIfDone)
  }

  /// Throws the error that ended a loop, if one did.
  public func check() throws { try reader.check() }

  public func makeIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }
  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  public struct Iterator: IteratorProtocol, AsyncIteratorProtocol {
    @usableFromInline let lease: ReadingLease<Input, Output>

    @inlinable
    public mutating func next() -> (Input, Output)? { lease.reader.nextPair() }

    @inlinable
    public mutating func next() async throws -> (Input, Output)? {
      try await lease.reader.nextPair(isolation: #isolation)
    }

    @inlinable
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> (Input, Output)? {
      try await lease.reader.nextPair(isolation: actor)
    }
  }
}
