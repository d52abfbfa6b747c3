import VimapSystem

/// A pool of long-lived workers, each in a process of its own, that map inputs to outputs.
///
/// ```swift
/// let pool = try Pool.fork(servers.map(Post.init))
/// for try await (input, output) in try pool.imap(requests) { print(input, output) }
/// try await pool.close()
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
/// **Sharing.** A pool can be used from anywhere, also by many tasks at once. Each mapping has its
/// own results; inputs are taken by whoever reads its results, where that is. The pool has no
/// thread of its own, prints nothing, never ends the program, and changes no signal's disposition.
///
/// **End.** ``close()`` has the workers leave and waits for it, as does ``closeSynchronously()`` in
/// programs that do not wait asynchronously; ``withWorkers(_:options:_:)`` closes by itself. Where
/// a pool is let go of, the workers leave behind the scenes, as soon as each is done with the input
/// it is at.
public final class Pool<Input: Codable, Output: Codable>: Sendable {
  @usableFromInline let core: PoolCore

  init(_ core: PoolCore) {
    self.core = core
  }

  // MARK: Inputs

  /// Maps a sequence of inputs.
  ///
  /// Nothing is taken from it before results are asked for.
  /// - Throws: ``PoolError/closed``.
  @inlinable
  public func imap<Inputs: Sequence>(_ inputs: Inputs) throws(PoolError) -> Mapping<Input, Output>
  where Inputs.Element == Input {
    try Mapping(core, InputSource(inputs.makeIterator(), as: SentAsIs()))
  }

  /// Maps a sequence of which the workers get to see something else: `pretransform` makes of each
  /// element what is sent, and the element itself stands beside the result.
  ///
  /// What `pretransform` throws is the element's ``WorkerError``.
  @inlinable
  public func imap<Inputs: Sequence>(
    _ inputs: Inputs, pretransform: @escaping (Inputs.Element) throws -> Input
  ) throws(PoolError) -> Mapping<Inputs.Element, Output> {
    try Mapping(core, InputSource(inputs.makeIterator(), as: SentTransformed(pretransform)))
  }

  /// Maps an asynchronous sequence of inputs, which a task reads as far as they are wanted.
  ///
  /// What the sequence throws, the mapping throws, behind the results of the inputs before it.
  @inlinable
  public func imap<Inputs: AsyncSequence & Sendable>(
    _ inputs: Inputs
  ) throws(PoolError) -> Mapping<Input, Output>
  where Inputs.Element == Input, Input: Sendable {
    try Mapping(core, InputSource(Arrivals(inputs), as: SentAsIs()))
  }

  /// Maps what a closure gives, until that is `nil`.
  ///
  /// What it throws, the mapping throws, behind the results of the inputs before it.
  @inlinable
  public func imap(
    reading next: @escaping () throws -> Input?
  ) throws(PoolError) -> Mapping<Input, Output> {
    try Mapping(core, InputSource(reading: next, as: SentAsIs()))
  }

  /// Maps the lines of a file of JSON, each of which a worker decodes as its input.
  ///
  /// The lines themselves stand beside the results. One that is no such value comes out as
  /// ``WorkerError/Kind/unreadableInput``.
  /// - Throws: ``PoolError``, also where the file cannot be opened.
  public func imap(
    lines path: String, as type: Input.Type = Input.self
  ) throws(PoolError) -> Mapping<JSONLine, Output> {
    let lines = try JSONLines(path: path)
    return try Mapping(
      core, InputSource(reading: { try lines.next() }, as: SentAsJSON(for: Input.self)))
  }

  /// Maps a sequence of inputs for what that does rather than for the results.
  /// - Throws: ``PoolError``; not where single inputs fail.
  nonisolated(nonsending) public func drain(
    _ inputs: some Sequence<Input>
  ) async throws -> MappingSummary { try await imap(inputs).drain() }

  /// As ``drain(_:)``, holding up the calling thread.
  @available(*, noasync, renamed: "drain(_:)")
  public func drainSynchronously(_ inputs: some Sequence<Input>) throws -> MappingSummary {
    try imap(inputs).drainSynchronously()
  }

  // MARK: Progress and end

  /// How far the pool has come, over all mappings. It may be asked for from anywhere at any time.
  public var progress: PoolProgress { core.engine.progress }

  /// Whether the workers have been told to leave.
  public var isClosed: Bool { core.engine.isClosed }

  /// Has the workers leave as soon as each is done with the input it is at, and waits for that
  /// without holding up the thread. Mappings that are being read end with ``PoolError/closed``.
  /// - Throws: ``PoolError/finish(_:)`` where a worker could not clean up, now or before.
  nonisolated(nonsending) public func close() async throws(PoolError) {
    try await core.engine.close(isolation: #isolation)
  }

  /// As ``close()``, holding up the calling thread.
  @available(*, noasync, renamed: "close()")
  public func closeSynchronously() throws(PoolError) { try core.engine.close() }
}
