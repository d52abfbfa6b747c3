import VimapKit

/// The two ways to read a pool's results. A case that goes through both forks its pools as it goes:
/// before the first ``waiting`` loop, nothing starts a thread.
enum Loop: CaseIterable {
  /// `for … in …`
  case plain
  /// `for try await … in …`
  case waiting
}

/// Results by input, as each input comes out once.
struct Results<Input: Hashable, Output> {
  var outputs: [Input: Output] = [:]
  var errors: [Input: WorkerError] = [:]
  /// Errors that belong to no input.
  var loose: [WorkerError] = []
  /// Inputs as they came out.
  var order: [Input] = []

  mutating func add(_ result: Mapped<Input, Output>) throws {
    if let input = result.input {
      try expect(
        outputs[input] == nil && errors[input] == nil, "input \(input) came out twice: \(result)")
      order.append(input)
    }
    switch result {
    case .output(let input, let output): outputs[input] = output
    case .exception(let input, let error): errors[input] = error
    case .noInput(let error): loose.append(error)
    }
  }
}

extension Results: Sendable where Input: Sendable, Output: Sendable {}

extension Loop {
  /// Reads all results.
  @MainActor func read<Input, Output>(
    _ results: ZipInOutTyp<Input, Output>
  ) async throws -> Results<Input, Output> {
    var all = Results<Input, Output>()
    switch self {
    case .plain:
      for result in results { try all.add(result) }
      try results.check()
    case .waiting: for try await result in results { try all.add(result) }
    }
    return all
  }

  /// Reads all pairs.
  @MainActor func read<Input, Output>(
    _ pairs: ZipInOut<Input, Output>
  ) async throws -> Results<Input, Output> {
    var all = Results<Input, Output>()
    switch self {
    case .plain:
      for (input, output) in pairs { try all.add(.output(input, output)) }
      try pairs.check()
    case .waiting: for try await (input, output) in pairs { try all.add(.output(input, output)) }
    }
    return all
  }
}

/// Reads all results with a plain loop.
func read<Input, Output>(
  _ results: ZipInOutTyp<Input, Output>
) throws -> Results<Input, Output> {
  var all = Results<Input, Output>()
  for result in results { try all.add(result) }
  try results.check()
  return all
}

/// Reads all pairs with a plain loop.
func read<Input, Output>(_ pairs: ZipInOut<Input, Output>) throws -> Results<Input, Output> {
  var all = Results<Input, Output>()
  for (input, output) in pairs { try all.add(.output(input, output)) }
  try pairs.check()
  return all
}

/// What a worker of ``doubled(_:)`` makes of these.
func doubles(_ inputs: some Sequence<Int>) -> [Int: Int] {
  Dictionary(uniqueKeysWithValues: inputs.map { ($0, 2 * $0) })
}
