/// Inputs given to a pool, whose results can be read.
///
/// Several may wait for the same pool's workers; their results come in the order in which the
/// inputs were given, and are read with any of them as long as they have one type of input.
public struct Mapping<Input, Output: Codable> {
  let core: PoolCore

  /// Every input with what became of it.
  ///
  /// - Parameter closeIfDone: whether the workers leave when the inputs are at their end, or the
  ///   loop is left early. A pool that is not closed can be given more inputs.
  public func zipInOutTyp(closeIfDone: Bool = true) -> ZipInOutTyp<Input, Output> {
    ZipInOutTyp(core: core, closeIfDone: closeIfDone)
  }

  /// Every input with its output, until there is a worker's error.
  ///
  /// In a `for try await` loop the error is thrown. A plain `for` loop cannot throw: it ends there,
  /// and ``ZipInOut/check()`` throws the error.
  public func zipInOut(closeIfDone: Bool = true) -> ZipInOut<Input, Output> {
    ZipInOut(core: core, closeIfDone: closeIfDone)
  }

  /// Hands every input with its output to `body`, until there is a worker's error.
  /// - Throws: a ``WorkerError``, a ``PoolError``, or what `body` throws; the workers then leave.
  public func zipInOut(closeIfDone: Bool = true, _ body: (Input, Output) throws -> Void) throws {
    let pairs = zipInOut(closeIfDone: closeIfDone)
    for (input, output) in pairs { try body(input, output) }
    try pairs.check()
  }

  /// Has everything mapped, for what it does rather than for the results.
  /// - Returns: how many inputs came out with an output, and how many with an error.
  /// - Throws: ``PoolError``.
  @discardableResult
  public func blockIgnoreOutput(closeIfDone: Bool = true) throws -> (done: Int, failed: Int) {
    let results = zipInOutTyp(closeIfDone: closeIfDone)
    var count = (done: 0, failed: 0)
    for result in results {
      if result.error == nil { count.done += 1 } else { count.failed += 1 }
    }
    try results.check()
    return count
  }

  /// As the other, without holding up the caller's thread.
  @discardableResult
  nonisolated(nonsending) public func blockIgnoreOutput(
    closeIfDone: Bool = true
  ) async throws -> (done: Int, failed: Int) {
    var count = (done: 0, failed: 0)
    for try await result in zipInOutTyp(closeIfDone: closeIfDone) {
      if result.error == nil { count.done += 1 } else { count.failed += 1 }
    }
    return count
  }

  /// Folds the outputs into one value, as they come, in the program's process: the workers map, and
  /// this reduces.
  ///
  /// The order of unordered results is not told, so `step` should not depend on it.
  /// - Throws: a ``WorkerError`` for the first input without an output, a ``PoolError``, or what
  ///   `step` throws; the workers then leave.
  public func fold<Sum>(
    _ initial: Sum, closeIfDone: Bool = true, _ step: (inout Sum, Input, Output) throws -> Void
  ) throws -> Sum {
    var sum = initial
    try zipInOut(closeIfDone: closeIfDone) { try step(&sum, $0, $1) }
    return sum
  }

  /// As the other, without holding up the caller's thread.
  nonisolated(nonsending) public func fold<Sum>(
    _ initial: Sum, closeIfDone: Bool = true, _ step: (inout Sum, Input, Output) throws -> Void
  ) async throws -> Sum {
    var sum = initial
    for try await (input, output) in zipInOut(closeIfDone: closeIfDone) {
      try step(&sum, input, output)
    }
    return sum
  }
}
