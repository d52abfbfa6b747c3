import VimapSystem

/// What stands behind a ``Pool``: takes inputs and hands out results, as bytes.
///
/// It may be used by many readers at once, each with a lane of its own.
protocol PoolEngine: AnyObject, Sendable {
  /// The next results of a lane; `nil` where all are handed out.
  func next(for lane: Lane) throws -> ResultPiece?

  /// As the other, without holding up the caller's thread.
  func next(for lane: Lane, isolation: isolated (any Actor)?) async throws -> ResultPiece?

  /// Looks after the workers while there are results of a lane to be handed out.
  func lookAround(for lane: Lane)

  /// A lane's inputs may be taken from now on.
  func open(_ lane: Lane) throws(PoolError)

  /// Nothing more of a lane is wanted.
  func discard(_ lane: Lane)

  /// Has the workers leave, and waits for it.
  func close() throws(PoolError)

  /// As the other, without holding up the caller's thread.
  func close(isolation: isolated (any Actor)?) async throws(PoolError)

  /// Has the workers leave by themselves.
  func letGo()

  var isClosed: Bool { get }
  var progress: PoolProgress { get }
}
