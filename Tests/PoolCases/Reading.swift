import Synchronization
import VimapKit

/// The two ways to read a mapping. A case that goes through both forks its pools as it goes:
/// before the first ``waiting`` loop, nothing starts a thread.
enum Loop: CaseIterable {
  /// With a cursor.
  case plain
  /// `for try await … in …`
  case waiting
}

/// Results by input, as each input comes out once.
struct Results<Input: Hashable, Output> {
  var outputs: [Input: Output] = [:]
  var errors: [Input: WorkerError] = [:]
  /// Inputs as they came out.
  var order: [Input] = []

  mutating func add(_ input: Input, _ result: Result<Output, WorkerError>) throws {
    try expect(
      outputs[input] == nil && errors[input] == nil, "input \(input) came out twice: \(result)")
    order.append(input)
    switch result {
    case .success(let output): outputs[input] = output
    case .failure(let error): errors[input] = error
    }
  }
}

extension Results: Sendable where Input: Sendable, Output: Sendable {}

extension Loop {
  /// Reads all results.
  @MainActor func read<Input, Output>(
    _ results: MappingResults<Input, Output>
  ) async throws -> Results<Input, Output> {
    switch self {
    case .plain: return try readResults(results)
    case .waiting:
      var all = Results<Input, Output>()
      for try await (input, result) in results { try all.add(input, result) }
      return all
    }
  }

  /// Reads all pairs.
  @MainActor func read<Input, Output>(
    _ mapping: Mapping<Input, Output>
  ) async throws -> Results<Input, Output> {
    switch self {
    case .plain: return try readPairs(mapping)
    case .waiting:
      var all = Results<Input, Output>()
      for try await (input, output) in mapping { try all.add(input, .success(output)) }
      return all
    }
  }

  /// Goes through the pairs until `body` says that it has enough.
  @MainActor func walk<Input, Output>(
    _ mapping: Mapping<Input, Output>, _ body: (Input, Output) throws -> Bool
  ) async throws {
    switch self {
    case .plain:
      let cursor = mapping.cursor()
      while let (input, output) = try cursor.next(), try body(input, output) {}
    case .waiting:
      for try await (input, output) in mapping where try !body(input, output) { break }
    }
  }
}

/// Reads all results with a cursor.
func read<Input, Output>(
  _ results: MappingResults<Input, Output>
) throws -> Results<Input, Output> {
  try readResults(results)
}

private func readResults<Input, Output>(
  _ results: MappingResults<Input, Output>
) throws -> Results<Input, Output> {
  var all = Results<Input, Output>()
  let cursor = results.cursor()
  while let (input, result) = try cursor.next() { try all.add(input, result) }
  return all
}

/// Reads all pairs.
func read<Input, Output>(_ mapping: Mapping<Input, Output>) throws -> Results<Input, Output> {
  try readPairs(mapping)
}

private func readPairs<Input, Output>(
  _ mapping: Mapping<Input, Output>
) throws -> Results<Input, Output> {
  var all = Results<Input, Output>()
  try mapping.forEach { try all.add($0, .success($1)) }
  return all
}

/// The outputs, in their order.
func outputs<Input, Output>(_ mapping: Mapping<Input, Output>) throws -> [Output] {
  var outputs: [Output] = []
  try mapping.forEach { outputs.append($1) }
  return outputs
}

/// What a worker of ``doubled(_:)`` makes of these.
func doubles(_ inputs: some Sequence<Int>) -> [Int: Int] {
  Dictionary(uniqueKeysWithValues: inputs.map { ($0, 2 * $0) })
}

/// Notes what a pool tells of.
final class Notices: Sendable {
  private let all = Mutex<[PoolNotice]>([])

  func options(_ change: (inout PoolOptions) -> Void = { _ in }) -> PoolOptions {
    .with {
      change(&$0)
      $0.onNotice = { [self] notice in all.withLock { $0.append(notice) } }
    }
  }

  var failedStarts: [WorkerError] {
    all.withLock { $0 }.compactMap { if case .startFailed(let error) = $0 { error } else { nil } }
  }

  var failedFinishes: [WorkerError] {
    all.withLock { $0 }.compactMap { if case .finishFailed(let error) = $0 { error } else { nil } }
  }
}

extension Pool {
  /// Workers that all begin as the same value.
  static func forkIdentical<Hired: Worker>(
    _ worker: sending Hired, jobs: Int = processorCount, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    try fork(Array(repeating: worker, count: jobs), options: options)
  }
}

/// Closes a pool without a thread of the pool's, as nothing could be forked behind that.
func shut<Input, Output>(_ pool: Pool<Input, Output>) throws { try pool.closeSynchronously() }

/// A closure that takes its inputs itself.
struct SequenceClosure<Input: Codable, Output: Codable>: SequenceWorker {
  let body: @Sendable (WorkItems<Input, Output>) throws -> Void

  func run(_ items: WorkItems<Input, Output>) throws { try body(items) }
}

extension Pool {
  static func forkSequence(
    jobs: Int, options: PoolOptions = PoolOptions(),
    _ body: @escaping @Sendable (WorkItems<Input, Output>) throws -> Void
  ) throws(PoolError) -> Pool {
    try fork((0..<jobs).map { _ in SequenceClosure(body: body) }, options: options)
  }
}
