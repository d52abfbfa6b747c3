public import VimapBytes

/// Reads a pool's results and puts the inputs beside them.
@usableFromInline
final class ResultReader<Input, Output: Codable> {
  @usableFromInline let core: PoolCore
  @usableFromInline let cursor: PieceCursor
  private let closeIfDone: Bool
  @exclusivity(unchecked) @usableFromInline var isAtEnd = false
  @exclusivity(unchecked) @usableFromInline var failure: (any Error)?
  @usableFromInline let codec = ValueCodec<Output>()
  // What belongs to the piece at hand. Unchecked, as nothing is called while they are accessed.

  /// The piece's `generation`.
  @exclusivity(unchecked) @usableFromInline var generation = 0
  /// It is made of outputs beside their inputs, and nothing more is to be done about them.
  @exclusivity(unchecked) @usableFromInline var isPlain = false
  /// The inputs of its batch, and whether it has none.
  private var inputs: TypedInputs<Input>?
  @exclusivity(unchecked) @usableFromInline var slots: LentSlots<Input>
  private let noSlots = Slots<Input>()
  @exclusivity(unchecked) @usableFromInline var isOrphan = false
  /// Its bytes in memory that stays, where outputs are cut from them.
  @exclusivity(unchecked) @usableFromInline var block = SharedBytes()
  @exclusivity(unchecked) @usableFromInline var blockOffset = 0
  private let noBlock: SharedBytes

  init(_ core: PoolCore, closeIfDone: Bool) {
    self.core = core
    cursor = core.cursor
    self.closeIfDone = closeIfDone
    slots = noSlots.lent
    noBlock = block
  }

  func check() throws {
    if let failure { throw failure }
  }

  /// No more results are asked for.
  @usableFromInline
  func leave() {
    if isAtEnd { return }
    isAtEnd = true
    endPiece()
    if closeIfDone { core.close() }
  }

  // MARK: One by one

  @inlinable
  func next() -> Mapped<Input, Output>? {
    if let pair = nextPlain() { return .output(pair.0, pair.1) }
    guard cursor.hasMore || prepare() else { return nil }
    let result = take()
    if result == nil { tellOfFailure() }
    return result
  }

  /// The next result, where it is at hand, and an output without further ado.
  @inlinable
  func nextPlain() -> (Input, Output)? {
    guard cursor.hasMore, isPlain, cursor.generation == generation, let body = cursor.body(),
      let output = try? output(body), let input = slots.take(cursor.index)
    else { return nil }
    cursor.pass(body)
    return (input, output)
  }

  @inlinable
  func next(isolation: isolated (any Actor)?) async throws -> Mapped<Input, Output>? {
    if let pair = nextPlain() { return .output(pair.0, pair.1) }
    if !cursor.hasMore {
      guard try await prepare(isolation: isolation) else { return nil }
    }
    let result = take()
    if result == nil, let failure { throw failure }
    return result
  }

  @inlinable
  func nextPair() -> (Input, Output)? {
    if let pair = nextPlain() { return pair }
    switch next() {
    case .output(let input, let output): return (input, output)
    case .exception(_, let error), .noInput(let error):
      fail(error)
      return nil
    case nil: return nil
    }
  }

  @inlinable
  func nextPair(isolation: isolated (any Actor)?) async throws -> (Input, Output)? {
    if let pair = nextPlain() { return pair }
    switch try await next(isolation: isolation) {
    case .output(let input, let output): return (input, output)
    case .exception(_, let error), .noInput(let error):
      await fail(error, isolation: isolation)
      throw error
    case nil: return nil
    }
  }

  @usableFromInline
  func prepare() -> Bool {
    if isAtEnd { return false }
    core.engine.closesWhenDone = closeIfDone
    do {
      if try core.prepare() { return true }
      isAtEnd = true
    } catch {
      fail(error)
    }
    return false
  }

  @usableFromInline
  func prepare(isolation: isolated (any Actor)?) async throws -> Bool {
    if isAtEnd { return false }
    core.engine.closesWhenDone = closeIfDone
    do {
      try Task.checkCancellation()
      if try await core.prepare(isolation: isolation) { return true }
      isAtEnd = true
      return false
    } catch {
      await fail(error, isolation: isolation)
      throw error
    }
  }

  /// Ends a loop that cannot throw, so that somebody has to be told.
  @usableFromInline
  func fail(_ error: any Error) {
    failure = error
    if isOthersBusiness(error) { isAtEnd = true } else { leave() }
    tellOfFailure()
  }

  @usableFromInline
  func tellOfFailure() {
    if let failure { core.onNotice(.errorInLoop(failure)) }
  }

  /// The pool is another loop's, which goes on.
  private func isOthersBusiness(_ error: any Error) -> Bool { error as? PoolError == .inUse }

  /// Ends a loop that throws.
  @usableFromInline
  func fail(_ error: any Error, isolation: isolated (any Actor)?) async {
    failure = error
    if isAtEnd { return }
    isAtEnd = true
    endPiece()
    if closeIfDone, !isOthersBusiness(error) { await core.close(isolation: isolation) }
  }

  /// Takes the next result, which is there. `nil`, with ``failure`` set, where it is not of this
  /// type.
  @inlinable
  func take() -> Mapped<Input, Output>? {
    if isAtEnd { return nil }
    if cursor.generation != generation { beginPiece() }
    if isOrphan {
      _ = cursor.nextBody()
      return .noInput(workerError(cursor.bytes))
    }
    guard let input = slots.take(cursor.index) else {
      failure = PoolError.mixedInputs
      leave()
      return nil
    }
    let result: Mapped<Input, Output>
    if let body = cursor.nextBody(), !cursor.isException {
      do {
        result = .output(input, try output(body))
      } catch {
        result = .exception(input, unreadable(error, record: cursor.index - 1))
      }
    } else {
      result = .exception(input, workerError(cursor.bytes))
    }
    if core.keepsResults { core.keep(result) }
    return result
  }

  @usableFromInline
  func beginPiece() {
    endPiece()
    generation = cursor.generation
    isOrphan = cursor.kept == nil
    inputs = cursor.kept as? TypedInputs<Input>
    if let inputs { slots = inputs.slots.lent }
    if codec.keepsBytes, !cursor.isException {
      let bytes = cursor.stayingBytes()
      block = bytes.block
      blockOffset = bytes.offset
    }
    isPlain = inputs != nil && !cursor.isException && !core.keepsResults
  }

  /// Lets go of what belongs to the piece at hand.
  private func endPiece() {
    isPlain = false
    slots = noSlots.lent
    inputs = nil
    block = noBlock
  }

  @inlinable
  func output(_ body: Range<Int>) throws -> Output {
    codec.keepsBytes
      ? try codec.decode(block, blockOffset + body.lowerBound, body.count)
      : try codec.decode(cursor.bytes.slice(body.lowerBound, body.count))
  }

  @usableFromInline
  func workerError(_ bytes: ByteView) -> WorkerError {
    do {
      return try WorkerError(framed: bytes)
    } catch {
      return unreadable(error, record: cursor.index - 1)
    }
  }

  /// - Parameter record: counted in its batch.
  @usableFromInline
  func unreadable(_ error: any Error, record: Int) -> WorkerError {
    let number = cursor.kept.map { $0.first + record }
    return WorkerError(.unreadableOutput, error, record: number, attempts: 1)
  }
}

/// A loop's hold on a reader: when the loop lets go, the reading has ended.
@usableFromInline
final class ReadingLease<Input, Output: Codable> {
  @usableFromInline let reader: ResultReader<Input, Output>

  init(_ reader: ResultReader<Input, Output>) { self.reader = reader }

  deinit { reader.leave() }
}
