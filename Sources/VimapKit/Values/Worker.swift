/// A worker that maps one Swift value to another.
///
/// A pool keeps one value of this type in each of its worker processes. Whatever is stored in it
/// when the pool is forked — a table, a closure, an open socket — is inherited, not encoded: only
/// inputs and outputs travel between processes, and these have to be `Codable`.
///
/// ```swift
/// struct Greeter: Worker {
///   let greeting: String  // a bound argument
///
///   mutating func process(_ name: String) throws -> String { "\(greeting), \(name)!" }
/// }
/// ```
public protocol Worker<Input, Output> {
  /// What is sent to the worker.
  associatedtype Input: Codable
  /// What the worker sends back.
  associatedtype Output: Codable

  /// Sets the worker up; called once, in the worker's process, before the first input.
  ///
  /// What it throws is no input's fault: it appears among the results as
  /// ``Mapped/noInput(_:)``, and the worker's process ends.
  mutating func start() throws

  /// Maps one input.
  ///
  /// What it throws stands beside the input as a ``WorkerError``, and the worker goes on with the
  /// next input, unless it threw a ``LastError``.
  mutating func process(_ input: Input) throws -> Output

  /// Cleans up; called once, when no more inputs come, also after an error, but not where
  /// ``start()`` threw or the process was killed.
  mutating func finish()
}

extension Worker {
  public mutating func start() throws {}
  public mutating func finish() {}
}

/// A worker that takes its inputs itself and yields an output for each, in their order.
///
/// It may look ahead, taking several inputs before it yields the first output, which lets it work
/// on several at once.
public protocol SequenceWorker<Input, Output> {
  /// What is sent to the worker.
  associatedtype Input: Codable
  /// What the worker sends back.
  associatedtype Output: Codable

  /// Sets the worker up; see ``Worker/start()``.
  mutating func start() throws

  /// Maps inputs until there are no more.
  ///
  /// `inputs` ends when the pool has no more to give before it is given answers, so this is called
  /// again when there are more inputs. An input that has no output when it returns, or one output
  /// too many, is an error that names the record. What it throws stands beside every input that it
  /// had taken and not answered.
  mutating func run(_ inputs: WorkerInputs<Input>, _ outputs: WorkerOutputs<Output>) throws

  /// Cleans up; see ``Worker/finish()``.
  mutating func finish()
}

extension SequenceWorker {
  public mutating func start() throws {}
  public mutating func finish() {}
}

/// Thrown by a worker that is not to go on: the input it was at comes out with `error`, the worker
/// is cleaned up and its process ends; another takes its place.
public struct LastError: Error {
  /// The error that the input comes out with.
  public let error: any Error

  /// Ends the worker with this error.
  public init(_ error: any Error) {
    self.error = error
  }
}

/// The inputs of a ``SequenceWorker``, as they come.
public struct WorkerInputs<Input>: Sequence, IteratorProtocol {
  let take: () -> Input?

  /// The next input; waits for it. `nil` where no more comes before what was taken is answered.
  public func next() -> Input? { take() }
}

/// Where a ``SequenceWorker`` puts its outputs.
public struct WorkerOutputs<Output> {
  let put: (Output) throws -> Void

  /// Answers the oldest input that has no output yet.
  /// - Throws: where there is none. The pool is told (``WorkerError/Kind/surplusOutput``), and the
  ///   worker is replaced when it returns.
  public func yield(_ output: Output) throws { try put(output) }
}
