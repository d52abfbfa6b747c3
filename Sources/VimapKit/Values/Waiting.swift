import VimapSystem

/// Does something asynchronous and holds up the calling thread until it is done; in a worker's
/// process, which does one thing.
func waitFor<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) throws -> Result {
  let outcome = Outcome<Result>()
  Task.detached { outcome.set(await Swift.Result { try await body() }) }
  return try outcome.wait()
}

/// What a task came to, which a thread waits for.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
  // Unchecked, as it is read behind the gate and set before.
  private var result: Result<Value, any Error>?
  private let gate = Gate()

  func set(_ result: Result<Value, any Error>) {
    self.result = result
    gate.open()
  }

  func wait() throws -> Value {
    gate.wait()
    guard let result else { throw CancellationError() }
    return try result.get()
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
