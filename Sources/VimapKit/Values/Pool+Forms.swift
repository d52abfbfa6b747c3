public import VimapSystem

/// The forms in which workers can be given to a pool.
///
/// Each of them throws ``PoolError``: ``PoolError/invalidOption(_:)`` for options that make no
/// sense, ``PoolError/threads(count:)`` where forking is not safe, and ``PoolError/system(_:)``.
extension Pool {
  /// Forks a pool with these workers, each in a process of its own.
  ///
  /// Should a process have to be replaced, the one that takes its place begins with the same value.
  @inlinable
  public static func fork<Hired: Worker>(
    _ workers: some Sequence<Hired>, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    let workers = Array(workers)
    return try make(workers.count, options) { RunningWorker(worker: workers[$0]) }
  }

  /// Forks a pool whose workers are made, each in its own process, by `make`.
  /// - Parameters:
  ///   - jobs: how many; as many as the machine has processors where it is not given.
  ///   - options: what the pool is to be.
  ///   - make: makes the worker with a number, from 0. One that replaces another has its number.
  @inlinable
  public static func fork<Hired: Worker>(
    jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions(),
    _ make: @escaping (_ number: Int) -> Hired
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    try self.make(jobs, options) { RunningWorker(worker: make($0)) }
  }

  /// Forks a pool whose workers all begin as the same value.
  @inlinable
  public static func forkIdentical<Hired: Worker>(
    _ worker: Hired, jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    try make(jobs, options) { _ in RunningWorker(worker: worker) }
  }

  /// Forks a pool that hands inputs to its workers in chunks of a fixed size.
  @inlinable
  public static func forkChunked<Hired: Worker>(
    _ workers: some Sequence<Hired>, defaultChunkSize: Int = 100,
    options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    var options = options
    options.chunk = defaultChunkSize
    return try fork(workers, options: options)
  }

  /// Forks a pool whose workers call a closure with each input.
  @inlinable
  public static func fork(
    jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions(),
    map: @escaping (Input) throws -> Output
  ) throws(PoolError) -> Pool {
    try make(jobs, options) { _ in RunningWorker(worker: ClosureWorker(map: map)) }
  }

  /// Forks a pool with these workers that take their inputs themselves.
  @inlinable
  public static func fork<Hired: SequenceWorker>(
    _ workers: some Sequence<Hired>, options: PoolOptions = PoolOptions()
  ) throws(PoolError) -> Pool where Hired.Input == Input, Hired.Output == Output {
    let workers = Array(workers)
    return try make(workers.count, options) { RunningSequence(worker: workers[$0]) }
  }

  /// Forks a pool whose workers run a closure that takes its inputs itself and yields an output for
  /// each, in their order; see ``SequenceWorker``.
  @inlinable
  public static func fork(
    jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions(),
    sequence: @escaping (WorkerInputs<Input>, WorkerOutputs<Output>) throws -> Void
  ) throws(PoolError) -> Pool {
    try make(jobs, options) { _ in RunningSequence(worker: SequenceClosure(body: sequence)) }
  }

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
    _ jobs: Int, _ options: PoolOptions, _ routine: (Int) -> Routine
  ) throws(PoolError) -> Pool where Routine.Input == Input, Routine.Output == Output {
    try options.check(jobs: jobs)
    return Pool(PoolCore(InlineEngine(options, (0..<jobs).map(routine)), options))
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

@usableFromInline
struct SequenceClosure<Input: Codable, Output: Codable>: SequenceWorker {
  private let body: (WorkerInputs<Input>, WorkerOutputs<Output>) throws -> Void

  @usableFromInline
  init(body: @escaping (WorkerInputs<Input>, WorkerOutputs<Output>) throws -> Void) {
    self.body = body
  }

  @usableFromInline
  func run(_ inputs: WorkerInputs<Input>, _ outputs: WorkerOutputs<Output>) throws {
    try body(inputs, outputs)
  }
}

// MARK: - Without a pool to hold on to

/// Maps a sequence in worker processes; results as they are ready.
///
/// The pool is forked at once, with as many workers as `jobs` says, and leaves with the results. A
/// plain `for` loop over these ends at the first error, which ``ZipInOut/check()`` then throws:
/// keep what this returns to be able to ask it.
/// - Throws: ``PoolError``.
@inlinable
public func imapUnordered<Inputs: Sequence, Output: Codable>(
  _ inputs: Inputs, jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions(),
  _ map: @escaping (Inputs.Element) throws -> Output
) throws(PoolError) -> ZipInOut<Inputs.Element, Output> where Inputs.Element: Codable {
  try Pool.fork(jobs: jobs, options: options, map: map).imap(inputs).zipInOut()
}

/// Maps a sequence in worker processes; results in the order of the inputs. See
/// ``imapUnordered(_:jobs:options:_:)`` for errors.
/// - Throws: ``PoolError``.
@inlinable
public func imapOrdered<Inputs: Sequence, Output: Codable>(
  _ inputs: Inputs, jobs: Int = SystemProcess.processorCount, options: PoolOptions = PoolOptions(),
  _ map: @escaping (Inputs.Element) throws -> Output
) throws(PoolError) -> ZipInOut<Inputs.Element, Output> where Inputs.Element: Codable {
  var options = options
  options.order = .ordered
  return try imapUnordered(inputs, jobs: jobs, options: options, map)
}

/// As ``imapOrdered(_:jobs:options:_:)``, with inputs handed to workers in chunks of a fixed size.
/// See ``imapUnordered(_:jobs:options:_:)`` for errors.
/// - Throws: ``PoolError``.
@inlinable
public func imapOrderedChunked<Inputs: Sequence, Output: Codable>(
  _ inputs: Inputs, chunkSize: Int = 100, jobs: Int = SystemProcess.processorCount,
  options: PoolOptions = PoolOptions(), _ map: @escaping (Inputs.Element) throws -> Output
) throws(PoolError) -> ZipInOut<Inputs.Element, Output> where Inputs.Element: Codable {
  var options = options
  options.chunk = chunkSize
  return try imapOrdered(inputs, jobs: jobs, options: options, map)
}
