/// What stands behind a ``Pool``: takes inputs and hands out results, as bytes.
protocol PoolEngine: AnyObject {
  /// Puts a sequence of inputs behind those it has.
  func add(_ source: InputSource) throws(PoolError)

  /// Results of so many inputs have been handed out.
  func noteHandedOut(_ count: Int)

  /// Goes on as far as is possible without waiting.
  func advance() throws(PoolError) -> PoolStep

  /// Looks after the workers while there are results to be handed out.
  func lookAround() throws(PoolError)

  /// A piece has been read to its end.
  func release(_ piece: ResultPiece)

  /// Waits until ``advance()`` can do more.
  func wait(atMost limit: Duration?) throws(PoolError)

  /// As ``wait(atMost:)``, with the waiting done elsewhere than in the caller's thread.
  func waitElsewhere(
    atMost limit: Duration?, isolation: isolated (any Actor)?
  ) async throws(PoolError)

  /// Whether the workers leave when the inputs are at their end.
  var closesWhenDone: Bool { get set }

  /// Has the workers leave, and waits for it; results that are not handed out are lost.
  func close()

  /// As ``close()``, with the waiting done elsewhere than in the caller's thread.
  func closeElsewhere(isolation: isolated (any Actor)?) async

  var isClosed: Bool { get }

  /// Inputs taken whose results it has not been told are handed out.
  var inFlight: Int { get }

  /// Whether there are sequences that have not been seen to end.
  var hasInputs: Bool { get }
}

/// What an engine came to.
enum PoolStep {
  case results(ResultPiece)
  /// There is nothing before something happens.
  case wait
  /// All inputs are mapped and their results handed out.
  case end
}
