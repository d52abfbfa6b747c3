public import VimapBytes
import VimapSystem

/// Reads the results of a mapping and puts the inputs beside them.
@usableFromInline
final class ResultReader<Input, Output: Codable> {
  private let core: PoolCore
  private let lane: Lane
  @usableFromInline let cursor: PieceCursor
  @usableFromInline let codec = ValueCodec<Output>()
  private var isAtEnd = false
  /// Somebody reads, or has read.
  private var isTaken = false
  /// When the loop last let others run.
  private var lastPause = Clock.roughlyNow()
  // What belongs to the piece at hand. Unchecked, as nothing is called while they are accessed.

  /// It is made of outputs beside their inputs, and nothing more is to be done about them.
  @exclusivity(unchecked) @usableFromInline var isPlain = false
  /// The inputs of its batch.
  private var inputs: TypedInputs<Input>?
  @exclusivity(unchecked) @usableFromInline var slots: LentSlots<Input>
  private let noSlots = Slots<Input>()
  /// Its bytes in memory that stays, where outputs are cut from them.
  @exclusivity(unchecked) @usableFromInline var block = SharedBytes()
  @exclusivity(unchecked) @usableFromInline var blockOffset = 0
  private let noBlock: SharedBytes

  private static var pauseInterval: Nanoseconds { .milliseconds(1) }

  @usableFromInline
  init(_ core: PoolCore, _ source: InputSource) throws(PoolError) {
    self.core = core
    lane = Lane(source, isOrdered: core.isOrdered)
    cursor = lane.cursor
    slots = noSlots.lent
    noBlock = block
    try core.engine.open(lane)
  }

  deinit { leave() }

  /// Begins to read.
  /// - Returns: whether nobody has before.
  func begin() -> Bool {
    defer { isTaken = true }
    return !isTaken
  }

  /// No more results are asked for.
  @usableFromInline
  func leave() {
    if isAtEnd { return }
    isAtEnd = true
    endPiece()
    core.engine.discard(lane)
  }

  // MARK: One by one

  /// The next result, where it is at hand, and an output without further ado.
  @inlinable
  func nextPlain() -> (Input, Output)? {
    guard cursor.hasMore, isPlain, let body = cursor.body(),
      let output = try? output(body), let input = slots.take(cursor.index)
    else { return nil }
    cursor.pass(body)
    return (input, output)
  }

  @inlinable
  func next() throws -> (Input, Result<Output, WorkerError>)? {
    if let (input, output) = nextPlain() { return (input, .success(output)) }
    guard try cursor.hasMore || prepare() else { return nil }
    if let (input, output) = nextPlain() { return (input, .success(output)) }
    return take()
  }

  @inlinable
  func next(
    isolation: isolated (any Actor)?
  ) async throws -> (Input, Result<Output, WorkerError>)? {
    if let (input, output) = nextPlain() { return (input, .success(output)) }
    if !cursor.hasMore {
      guard try await prepare(isolation: isolation) else { return nil }
    }
    if let (input, output) = nextPlain() { return (input, .success(output)) }
    return take()
  }

  @inlinable
  func nextPair() throws -> (input: Input, output: Output)? {
    if let pair = nextPlain() { return pair }
    guard try cursor.hasMore || prepare() else { return nil }
    if let pair = nextPlain() { return pair }
    return try take().map(pair)
  }

  @inlinable
  func nextPair(
    isolation: isolated (any Actor)?
  ) async throws -> (input: Input, output: Output)? {
    if let pair = nextPlain() { return pair }
    if !cursor.hasMore {
      guard try await prepare(isolation: isolation) else { return nil }
    }
    if let pair = nextPlain() { return pair }
    return try take().map(pair)
  }

  @usableFromInline
  func pair(
    _ result: (Input, Result<Output, WorkerError>)
  ) throws(WorkerError) -> (input: Input, output: Output) {
    do throws(WorkerError) {
      return (result.0, try result.1.get())
    } catch {
      leave()
      throw error
    }
  }

  // MARK: Pieces

  @usableFromInline
  func prepare() throws -> Bool {
    if isAtEnd { return false }
    if goOn() { return true }
    do {
      return begin(try core.engine.next(for: lane))
    } catch {
      leave()
      throw error
    }
  }

  @usableFromInline
  func prepare(isolation: isolated (any Actor)?) async throws -> Bool {
    if isAtEnd { return false }
    await letOthersRun(isolation: isolation)
    do {
      try Task.checkCancellation()
      if goOn() { return true }
      return begin(try await core.engine.next(for: lane, isolation: isolation))
    } catch {
      leave()
      throw error
    }
  }

  /// A loop that always finds results would never let go of its thread, of which there are few.
  private func letOthersRun(isolation: isolated (any Actor)?) async {
    let now = Clock.roughlyNow()
    if now < lastPause.plus(Self.pauseInterval) { return }
    lastPause = now
    await Task.yield()
  }

  /// Goes on with the piece at hand, having looked after the workers.
  private func goOn() -> Bool {
    if cursor.isAtEnd {
      endPiece()
      return false
    }
    core.engine.lookAround(for: lane)
    cursor.goOn()
    return true
  }

  private func begin(_ piece: ResultPiece?) -> Bool {
    guard let piece else {
      isAtEnd = true
      return false
    }
    cursor.begin(piece)
    inputs = cursor.kept as? TypedInputs<Input>
    if let inputs { slots = inputs.slots.lent }
    if codec.keepsBytes, !cursor.isException {
      let bytes = cursor.stayingBytes()
      block = bytes.block
      blockOffset = bytes.offset
    }
    isPlain = !cursor.isException
    return true
  }

  /// Lets go of what belongs to the piece at hand.
  private func endPiece() {
    isPlain = false
    slots = noSlots.lent
    inputs = nil
    block = noBlock
  }

  /// Takes the next result, which is there, where there is more to it.
  @usableFromInline
  func take() -> (Input, Result<Output, WorkerError>)? {
    // Each input is in its place until its result is handed out.
    guard let input = slots.take(cursor.index) else { return nil }
    guard let body = cursor.nextBody(), !cursor.isException else {
      return (input, .failure(workerError(cursor.bytes)))
    }
    do {
      return (input, .success(try output(body)))
    } catch {
      return (input, .failure(unreadable(error, record: cursor.index - 1)))
    }
  }

  @inlinable
  func output(_ body: Range<Int>) throws -> Output {
    codec.keepsBytes
      ? try codec.decode(block, blockOffset + body.lowerBound, body.count)
      : try codec.decode(cursor.bytes.slice(body.lowerBound, body.count))
  }

  private func workerError(_ bytes: ByteView) -> WorkerError {
    do {
      return try WorkerError(framed: bytes)
    } catch {
      return unreadable(error, record: cursor.index - 1)
    }
  }

  /// - Parameter record: counted in its batch.
  private func unreadable(_ error: any Error, record: Int) -> WorkerError {
    let number = cursor.kept.map { $0.first + record }
    return WorkerError(.unreadableOutput, error, record: number, attempts: 1)
  }
}

/// A pool's engine; shared by a ``Pool`` and all that reads from it. When nobody has it any more,
/// the workers leave.
@usableFromInline
final class PoolCore: Sendable {
  let engine: any PoolEngine
  let isOrdered: Bool

  init(_ engine: any PoolEngine, _ options: PoolOptions) {
    self.engine = engine
    isOrdered = options.order == .ordered
  }

  deinit { engine.letGo() }
}
