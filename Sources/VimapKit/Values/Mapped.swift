/// An input and what became of it.
public enum Mapped<Input, Output> {
  /// The worker's output for the input.
  case output(Input, Output)
  /// Why the input has no output.
  case exception(Input, WorkerError)
  /// An error that belongs to no input: a worker could not be set up, or gave an output too many.
  case noInput(WorkerError)

  /// The input, unless the error belongs to none.
  public var input: Input? {
    switch self {
    case .output(let input, _), .exception(let input, _): input
    case .noInput: nil
    }
  }

  /// The output, where there is one.
  public var output: Output? {
    if case .output(_, let output) = self { return output }
    return nil
  }

  /// The error, where there is no output.
  public var error: WorkerError? {
    switch self {
    case .output: nil
    case .exception(_, let error), .noInput(let error): error
    }
  }
}

extension Mapped: Sendable where Input: Sendable, Output: Sendable {}
extension Mapped: Equatable where Input: Equatable, Output: Equatable {
  public static func == (one: Mapped, other: Mapped) -> Bool {
    switch (one, other) {
    case (.output(let input, let output), .output(let input2, let output2)):
      input == input2 && output == output2
    case (.exception(let input, let error), .exception(let input2, let error2)):
      input == input2 && error.description == error2.description
    case (.noInput(let error), .noInput(let error2)): error.description == error2.description
    default: false
    }
  }
}
