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
  /// What it throws is no input's fault: the pool tells of it (``PoolNotice/startFailed(_:)``)
  /// and goes on with its other workers, if it has any.
  mutating func start() throws

  /// Maps one input.
  ///
  /// What it throws stands beside the input as a ``WorkerError``, and the worker goes on with the
  /// next input, unless it threw a ``LastError``.
  mutating func process(_ input: Input) throws -> Output

  /// Cleans up; called once, when no more inputs come, also after an error, but not where
  /// ``start()`` threw or the process was killed.
  ///
  /// What it throws, the pool tells of (``PoolNotice/finishFailed(_:)``), and ``Pool/close()``
  /// throws.
  mutating func finish() throws
}

extension Worker {
  public mutating func start() throws {}
  public mutating func finish() throws {}
}

/// A ``Worker`` whose methods are asynchronous. It is given one input at a time.
///
/// Its process has one thread that waits for them: they must not need the main actor.
public protocol AsyncWorker<Input, Output>: SendableMetatype {
  /// What is sent to the worker.
  associatedtype Input: Codable & Sendable
  /// What the worker sends back.
  associatedtype Output: Codable & Sendable

  /// Sets the worker up; see ``Worker/start()``.
  mutating func start() async throws

  /// Maps one input; see ``Worker/process(_:)``.
  mutating func process(_ input: Input) async throws -> Output

  /// Cleans up; see ``Worker/finish()``.
  mutating func finish() async throws
}

extension AsyncWorker {
  public mutating func start() async throws {}
  public mutating func finish() async throws {}
}

/// A worker that takes its inputs itself and answers each of them, in any order.
///
/// It may look ahead, taking several inputs before it gives the first answer, which lets it work on
/// several at once.
///
/// ```swift
/// struct Pairs: SequenceWorker {
///   func run(_ items: WorkItems<Int, Int>) throws {
///     while let first = items.next() {
///       let second = items.next()
///       try second?.answer(first.input)
///       try first.answer(second?.input ?? 0)
///     }
///   }
/// }
/// ```
public protocol SequenceWorker<Input, Output> {
  /// What is sent to the worker.
  associatedtype Input: Codable
  /// What the worker sends back.
  associatedtype Output: Codable

  /// Sets the worker up; see ``Worker/start()``.
  mutating func start() throws

  /// Maps inputs until there are no more.
  ///
  /// `items` ends when the pool has no more to give before it is given answers, so this is called
  /// again when there are more inputs. An input that has no answer when it returns comes out as
  /// ``WorkerError/Kind/missingOutput``. What it throws stands beside every input that it had taken
  /// and not answered.
  mutating func run(_ items: WorkItems<Input, Output>) throws

  /// Cleans up; see ``Worker/finish()``.
  mutating func finish() throws
}

extension SequenceWorker {
  public mutating func start() throws {}
  public mutating func finish() throws {}
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
public struct WorkItems<Input, Output>: Sequence, IteratorProtocol {
  let take: () -> WorkItem<Input, Output>?

  /// The next input; waits for it. `nil` where no more comes before what was taken is answered.
  public func next() -> WorkItem<Input, Output>? { take() }
}

/// An input of a ``SequenceWorker``, to be answered once.
public struct WorkItem<Input, Output> {
  /// The input.
  public let input: Input
  let put: (Result<Output, any Error>) throws -> Void

  /// Answers the input.
  /// - Throws: where it has been answered before.
  public func answer(_ output: Output) throws { try put(.success(output)) }

  /// Says that the input has no output.
  /// - Throws: where it has been answered before.
  public func fail(_ error: any Error) throws { try put(.failure(error)) }
}

/// An input was answered more than once.
struct AnsweredTwice: Error, CustomStringConvertible {
  let description = "an input was answered that had been answered before"
}
