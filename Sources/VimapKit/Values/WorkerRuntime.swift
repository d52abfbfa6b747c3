/// Where a worker of Swift values gets its inputs and leaves its outputs.
///
/// Outputs are in the order of the inputs. There is one for a worker in a process of its own,
/// ``ForkedRuntime``, and one for a worker in the program's, ``InlineRuntime``.
@usableFromInline
protocol WorkerRuntime<Input, Output>: AnyObject {
  associatedtype Input
  associatedtype Output

  /// Waits for an input; `false` where ``take()`` would give none.
  func haveInput() throws -> Bool

  /// Takes the next input. `nil` where there is none any more, or none before what was taken is
  /// answered.
  func take() throws -> Input?

  /// Answers the oldest input that has been taken.
  /// - Returns: `false` where there is none.
  func answer(_ output: Output) throws -> Bool

  /// Says that the oldest input that has been taken has no output.
  func fail(_ kind: WorkerError.Kind, _ error: any Error) throws

  /// Inputs taken and not answered.
  var openCount: Int { get }

  /// Says that an output was given for which there is no input.
  func reportSurplus() throws
}

/// What the worker of a slot does, of whichever form it is.
@usableFromInline
protocol WorkerRoutine<Input, Output> {
  associatedtype Input: Codable
  associatedtype Output: Codable

  mutating func start() throws
  mutating func finish()

  /// Serves a runtime until it has no more inputs.
  /// - Throws: ``WorkerIsLeaving`` where the worker does not go on.
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws
}

/// The worker asked to end, or has to: what it had taken is answered.
@usableFromInline
struct WorkerIsLeaving: Error {
  @inlinable init() {}
}

/// A ``Worker`` in its runtime.
@usableFromInline
struct RunningWorker<Hired: Worker>: WorkerRoutine {
  @usableFromInline typealias Input = Hired.Input
  @usableFromInline typealias Output = Hired.Output

  @usableFromInline var worker: Hired

  @inlinable
  init(worker: Hired) { self.worker = worker }

  @inlinable
  mutating func start() throws { try worker.start() }
  @inlinable
  mutating func finish() { worker.finish() }

  @inlinable
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws {
    while let input = try runtime.take() {
      let output: Hired.Output
      do {
        output = try worker.process(input)
      } catch let last as LastError {
        try runtime.fail(.thrown, last.error)
        throw WorkerIsLeaving()
      } catch {
        try runtime.fail(.thrown, error)
        continue
      }
      _ = try runtime.answer(output)
    }
  }
}

/// A ``SequenceWorker`` in its runtime.
@usableFromInline
struct RunningSequence<Hired: SequenceWorker>: WorkerRoutine {
  @usableFromInline typealias Input = Hired.Input
  @usableFromInline typealias Output = Hired.Output

  @usableFromInline var worker: Hired

  @inlinable
  init(worker: Hired) { self.worker = worker }

  @usableFromInline
  mutating func start() throws { try worker.start() }
  @usableFromInline
  mutating func finish() { worker.finish() }

  /// The text of an error that is the worker's own, and no error value of its.
  private struct Omission: Error, CustomStringConvertible {
    let description: String
  }

  @usableFromInline
  mutating func serve(_ runtime: some WorkerRuntime<Input, Output>) throws {
    while try runtime.haveInput() {
      var hasTaken = false
      // What went wrong in the runtime itself, which the worker may not have passed on.
      var runtimeFailure: (any Error)?
      func running<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
          runtimeFailure = error
          throw error
        }
      }
      let inputs = WorkerInputs<Input> {
        hasTaken = true
        return runtimeFailure == nil ? try? running { try runtime.take() } : nil
      }
      let outputs = WorkerOutputs<Output> { output in
        try running {
          if try runtime.answer(output) { return }
          try runtime.reportSurplus()
          throw WorkerIsLeaving()
        }
      }
      var thrown: any Error = Omission(description: "the worker returned without an output for it")
      var kind = WorkerError.Kind.missingOutput
      var isLeaving = false
      do {
        try worker.run(inputs, outputs)
      } catch {
        kind = .thrown
        thrown = (error as? LastError)?.error ?? error
        isLeaving = error is LastError
      }
      if let runtimeFailure, !(runtimeFailure is WorkerIsLeaving) { throw runtimeFailure }
      // A worker that takes nothing would be called again and again.
      if !hasTaken, runtimeFailure == nil { _ = try runtime.take() }
      while runtime.openCount > 0 { try runtime.fail(kind, thrown) }
      if isLeaving || runtimeFailure != nil { throw WorkerIsLeaving() }
    }
  }
}
