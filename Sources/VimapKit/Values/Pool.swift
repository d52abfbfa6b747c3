import VimapSystem

/// A pool of long-lived workers, each in a process of its own, that map inputs to outputs.
///
/// ```swift
/// let pool = try Pool.fork(servers.map(Post.init))
/// for try await (input, output) in pool.imap(requests).zipInOut() {
///   print(input, output)
/// }
/// ```
///
/// **Lazy.** Inputs are taken from their sequence while results are asked for, and no more of them
/// than the workers can use; see ``PoolOptions`` for bounds. An input is let go of when its result
/// is handed out.
///
/// **Fork.** The workers inherit what the program holds when the pool is forked, and share nothing
/// with it afterwards. Forking is safe only in a process with a single thread. So
/// a pool is forked before anything starts a thread, best at the beginning of `main`, and refuses
/// to be forked later (``PoolError/threads(count:)``). Once it is there, the program may use
/// threads and tasks as it likes: workers are forked, also later ones, by a small process of
/// the pool's own.
///
/// **Isolation.** A pool has no thread of its own and is not `Sendable`; it is used where it was
/// made. It prints nothing, never ends the program, and changes no signal's disposition.
///
/// **End.** When the inputs are at their end, the workers leave, unless `closeIfDone` is `false`;
/// when a loop over the results is left early, they leave too, as soon as they are done with the
/// input each is at. (In the top-level code of a `main.swift` that awaits anything, Swift keeps a
/// loop's iterator for as long as the program runs: call ``close()`` there, or have the loop in a
/// function.)
///
/// **One loop at a time.** A pool's results can be waited for by one loop only, and not by the
/// sequence of inputs that the pool is just taking from (``PoolError/inUse``).
public final class Pool<Input: Codable, Output: Codable> {
  @usableFromInline let core: PoolCore
  @usableFromInline let codec = ValueCodec<Input>()

  init(_ core: PoolCore) {
    self.core = core
  }

  // MARK: Inputs

  /// Has a sequence of inputs mapped, behind those the pool was given before.
  ///
  /// Nothing is taken from it before results are asked for, of what this returns or of the pool.
  /// - Throws: ``PoolError/closed``.
  @discardableResult
  @inlinable
  public func imap<Inputs: Sequence>(_ inputs: Inputs) throws(PoolError) -> Mapping<Input, Output>
  where Inputs.Element == Input {
    try map(InputSource(inputs.makeIterator(), as: SentAsIs(codec)))
  }

  /// Has a sequence mapped of which the workers get to see something else: `pretransform` makes of
  /// each element what is sent, and the element itself stands beside the result.
  ///
  /// What `pretransform` throws stands beside the element too.
  @discardableResult
  @inlinable
  public func imap<Inputs: Sequence>(
    _ inputs: Inputs, pretransform: @escaping (Inputs.Element) throws -> Input
  ) throws(PoolError) -> Mapping<Inputs.Element, Output> {
    try map(InputSource(inputs.makeIterator(), as: SentTransformed(codec, pretransform)))
  }

  @usableFromInline
  func map<Element>(_ source: InputSource) throws(PoolError) -> Mapping<Element, Output> {
    try core.engine.add(source)
    return Mapping(core: core)
  }

  // MARK: Results

  /// The results of all inputs the pool has been given; see ``Mapping/zipInOutTyp(closeIfDone:)``.
  public func zipInOutTyp(closeIfDone: Bool = true) -> ZipInOutTyp<Input, Output> {
    Mapping(core: core).zipInOutTyp(closeIfDone: closeIfDone)
  }

  /// Inputs and outputs of all that the pool has been given; see
  /// ``Mapping/zipInOut(closeIfDone:)``.
  public func zipInOut(closeIfDone: Bool = true) -> ZipInOut<Input, Output> {
    Mapping(core: core).zipInOut(closeIfDone: closeIfDone)
  }

  /// Inputs taken from their sequences whose results have not been handed out.
  public var inFlight: Int { core.inFlight }

  /// What has come out so far; empty unless ``PoolOptions/keepsResults``.
  public var debugResults: [Mapped<Input, Output>] {
    core.results.compactMap { $0 as? Mapped<Input, Output> }
  }

  // MARK: Progress and end

  /// How far the pool has come.
  public var progress: PoolProgress { core.progress }

  /// Calls `report` about once in an interval while results are asked for, and at the end of each
  /// sequence of results.
  @discardableResult
  public func reportProgress(
    every interval: Duration = .seconds(1), _ report: @escaping (PoolProgress) -> Void
  ) -> Pool {
    core.reportProgress(every: interval, report)
    return self
  }

  /// Whether the workers have left.
  public var isClosed: Bool { core.engine.isClosed }

  /// Has the workers leave as soon as each is done with the input it is at, and waits for that.
  /// Results that have not been handed out are lost.
  public func close() { core.close() }
}
