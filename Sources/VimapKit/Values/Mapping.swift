/// Inputs on their way through a pool, and their outputs: a sequence of pairs that is read once.
///
/// ```swift
/// for try await (input, output) in try pool.imap(requests) { … }
/// ```
///
/// It throws the ``WorkerError`` of the first input that has no output; ``results`` goes on behind
/// such inputs. Programs that do not wait asynchronously use ``forEach(_:)`` or ``cursor()``.
///
/// Whoever leaves a loop early discards what is left of the mapping, and nothing else: inputs that
/// no worker has begun are not mapped.
public struct Mapping<Input, Output: Codable>: AsyncSequence {
  public typealias Element = (input: Input, output: Output)
  public typealias Failure = any Error

  @usableFromInline let reader: ResultReader<Input, Output>

  @usableFromInline
  init(_ core: PoolCore, _ source: InputSource) throws(PoolError) {
    reader = try ResultReader(core, source)
  }

  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  /// Goes through the pairs asynchronously.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let lease: ReadingLease<Input, Output>

    /// The next pair; waits for it without holding up the thread.
    /// - Throws: ``WorkerError``, ``PoolError``, `CancellationError`, or what the inputs throw.
    @inlinable
    public mutating func next() async throws -> Element? {
      try await lease.checked().nextPair(isolation: #isolation)
    }

    @inlinable
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? {
      try await lease.checked().nextPair(isolation: actor)
    }
  }

  // MARK: Without waiting asynchronously

  /// Goes through the pairs for programs that may hold up their thread.
  public func cursor() -> Cursor<Element> {
    let lease = ReadingLease(reader)
    return Cursor { try lease.checked().nextPair() }
  }

  /// Hands every input with its output to `body`, holding up the calling thread.
  /// - Throws: the ``WorkerError`` of the first input without an output, a ``PoolError``, or what
  ///   `body` or the inputs throw.
  @inlinable
  public func forEach(_ body: (Input, Output) throws -> Void) throws {
    let lease = ReadingLease(reader)
    let reader = try lease.checked()
    while let (input, output) = try reader.nextPair() { try body(input, output) }
    withExtendedLifetime(lease) {}
  }

  // MARK: All results

  /// Every input once, with its output or with why it has none.
  public var results: MappingResults<Input, Output> { MappingResults(reader: reader) }

  /// Has everything mapped, for what it does rather than for the results.
  /// - Throws: ``PoolError``, or what the inputs throw; not where single inputs fail.
  nonisolated(nonsending) public func drain() async throws -> MappingSummary {
    var summary = MappingSummary()
    for try await (_, result) in results { summary.add(result) }
    return summary
  }

  /// As ``drain()``, holding up the calling thread.
  @available(*, noasync, renamed: "drain()")
  public func drainSynchronously() throws -> MappingSummary {
    var summary = MappingSummary()
    try results.forEach { summary.add($1) }
    return summary
  }
}

/// Every input of a ``Mapping`` with what became of it: a sequence that is read once.
public struct MappingResults<Input, Output: Codable>: AsyncSequence {
  public typealias Element = (input: Input, result: Result<Output, WorkerError>)
  public typealias Failure = any Error

  @usableFromInline let reader: ResultReader<Input, Output>

  public func makeAsyncIterator() -> Iterator { Iterator(lease: ReadingLease(reader)) }

  /// Goes through the results asynchronously.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let lease: ReadingLease<Input, Output>

    /// The next result; waits for it without holding up the thread.
    /// - Throws: ``PoolError``, `CancellationError`, or what the inputs throw.
    @inlinable
    public mutating func next() async throws -> Element? {
      try await lease.checked().next(isolation: #isolation)
    }

    @inlinable
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? {
      try await lease.checked().next(isolation: actor)
    }
  }

  /// Goes through the results for programs that may hold up their thread.
  public func cursor() -> Cursor<Element> {
    let lease = ReadingLease(reader)
    return Cursor { try lease.checked().next() }
  }

  /// Hands every input with its result to `body`, holding up the calling thread.
  /// - Throws: a ``PoolError``, or what `body` or the inputs throw.
  @inlinable
  public func forEach(_ body: (Input, Result<Output, WorkerError>) throws -> Void) throws {
    let lease = ReadingLease(reader)
    let reader = try lease.checked()
    while let (input, result) = try reader.next() { try body(input, result) }
    withExtendedLifetime(lease) {}
  }
}

/// Goes through a mapping in a program that may hold up its thread. It can throw, so it is no
/// `Sequence`:
///
/// ```swift
/// while let (input, output) = try cursor.next() { … }
/// ```
///
/// What is not read when it is let go of is discarded.
public struct Cursor<Element> {
  private let take: () throws -> Element?

  init(_ take: @escaping () throws -> Element?) { self.take = take }

  /// The next element; waits for it. `nil` where every input has been answered.
  /// - Throws: ``WorkerError``, ``PoolError``, or what the inputs throw.
  public func next() throws -> Element? { try take() }
}

/// How a mapping went whose results nobody looked at.
public struct MappingSummary: Sendable, Equatable {
  /// Inputs that came out with an output.
  public var done = 0
  /// Inputs that came out with an error.
  public var failed = 0
  /// The first of these errors.
  public var firstError: WorkerError?

  mutating func add<Output>(_ result: Result<Output, WorkerError>) {
    switch result {
    case .success: done += 1
    case .failure(let error):
      failed += 1
      if firstError == nil { firstError = error }
    }
  }
}

/// A loop's hold on a reader: when the loop lets go, the reading has ended.
@usableFromInline
final class ReadingLease<Input, Output: Codable> {
  private let reader: ResultReader<Input, Output>
  private let isFirst: Bool

  @usableFromInline
  init(_ reader: ResultReader<Input, Output>) {
    self.reader = reader
    isFirst = reader.begin()
  }

  /// The reader, which is read once.
  @usableFromInline
  func checked() throws(PoolError) -> ResultReader<Input, Output> {
    guard isFirst else { throw .alreadyRead }
    return reader
  }

  deinit { if isFirst { reader.leave() } }
}
