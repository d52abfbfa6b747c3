import VimapSystem

/// The forms in which workers can be given to a pool.
///
/// Each of them throws ``PoolError``: ``PoolError/invalidOption(_:)`` for options that make no
/// sense, ``PoolError/threads(count:)`` where forking is not safe, and
/// ``PoolError/system(call:reason:)``.
extension Pool {
  /// Forks a pool with these workers, each in a process of its own.
  ///
  /// Should a process have to be replaced, the one that takes its place begins with the same value.
  @inlinable
  public static func fork<Hired: Worker>(
    _ workers: sending some Sequence<Hired>, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    let workers = Array(workers)
    return try make(workers.count, options) { RunningWorker(worker: workers[$0]) }
  }

  /// Forks a pool with these asynchronous workers.
  @inlinable
  public static func fork<Hired: AsyncWorker>(
    _ workers: sending some Sequence<Hired>, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    let workers = Array(workers)
    return try make(workers.count, options) { RunningAsync(worker: workers[$0]) }
  }

  /// Forks a pool with these workers that take their inputs themselves.
  @inlinable
  public static func fork<Hired: SequenceWorker>(
    _ workers: sending some Sequence<Hired>, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    let workers = Array(workers)
    return try make(workers.count, options) { RunningSequence(worker: workers[$0]) }
  }

  /// Forks a pool whose workers are made, each in its own process, by `make`.
  /// - Parameters:
  ///   - jobs: how many; as many as the machine has processors where it is not given.
  ///   - options: what the pool is to be.
  ///   - make: makes the worker with a number, from 0. One that replaces another has its number.
  @inlinable
  public static func fork<Hired: Worker>(
    jobs: Int = processorCount, options: PoolOptions = PoolOptions(),
    _ make: sending @escaping (_ number: Int) -> Hired
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    try self.make(jobs, options) { RunningWorker(worker: make($0)) }
  }

  /// Forks a pool whose workers call a closure with each input.
  @inlinable
  public static func fork(
    jobs: Int = processorCount, options: PoolOptions = PoolOptions(),
    map: sending @escaping (Input) throws -> Output
  ) throws(PoolError) -> Pool {
    try make(jobs, options) { _ in RunningWorker(worker: ClosureWorker(map: map)) }
  }

  /// Forks a pool with these workers, has `body` use it, and closes it.
  /// - Throws: what `body` throws, or else ``PoolError``, also where a worker could not clean up.
  @inlinable
  nonisolated(nonsending) public static func withWorkers<Hired: Worker, Result>(
    _ workers: sending some Sequence<Hired>, options: PoolOptions = PoolOptions(),
    _ body: (Pool) async throws -> Result
  ) async throws -> Result where Hired.Input == Input, Hired.Output == Output {
    try await fork(workers, options: options).closing(body)
  }

  /// Forks a pool whose workers call a closure with each input, has `body` use it, and closes it.
  /// - Throws: as the other.
  @inlinable
  nonisolated(nonsending) public static func withWorkers<Result>(
    jobs: Int = processorCount, options: PoolOptions = PoolOptions(),
    map: sending @escaping (Input) throws -> Output,
    _ body: (Pool) async throws -> Result
  ) async throws -> Result {
    try await fork(jobs: jobs, options: options, map: map).closing(body)
  }

  @usableFromInline
  nonisolated(nonsending) func closing<Result>(
    _ body: (Pool) async throws -> Result
  ) async throws -> Result {
    let result: Result
    do {
      result = try await body(self)
    } catch {
      // What went wrong first is what counts.
      try? await close()
      throw error
    }
    try await close()
    return result
  }

  /// How many processors the machine has.
  public static var processorCount: Int { SystemProcess.processorCount }

  @inlinable
  static func make<Routine: WorkerRoutine>(
    _ jobs: Int, _ options: PoolOptions, _ routine: @escaping (Int) -> Routine
  ) throws(PoolError) -> Pool where Routine.Input == Input, Routine.Output == Output {
    switch options.processes {
    case .inline: try serial(jobs, options, routine)
    case .forked:
      try forked(jobs, options) { transport in
        var worker = routine(transport.number)
        try worker.work(transport)
      }
    }
  }

  @usableFromInline
  static func forked(
    _ jobs: Int, _ options: PoolOptions, _ body: @escaping (FramedTransport) throws -> Void
  ) throws(PoolError) -> Pool {
    try options.check(jobs: jobs)
    let isTimed = options.timeLimit != nil
    let engine = try ForkedEngine(options, jobs: jobs) { channel in
      channel.endWithProgram()
      try body(FramedTransport(channel, isTimed: isTimed))
    }
    return Pool(PoolCore(engine, options))
  }

  @usableFromInline
  static func serial<Routine: WorkerRoutine>(
    _ jobs: Int, _ options: PoolOptions, _ routine: @escaping (Int) -> Routine
  ) throws(PoolError) -> Pool where Routine.Input == Input, Routine.Output == Output {
    try options.check(jobs: jobs)
    return Pool(PoolCore(InlineEngine(options, jobs: jobs, routine), options))
  }
}

@usableFromInline
struct ClosureWorker<Input: Codable, Output: Codable>: Worker {
  @usableFromInline let map: (Input) throws -> Output

  @inlinable
  init(map: @escaping (Input) throws -> Output) { self.map = map }

  @inlinable
  func process(_ input: Input) throws -> Output { try map(input) }
}
