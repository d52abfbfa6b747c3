/// How many records failed, by kind, and what the first of them in the input failed with.
public struct FailureTally: Sendable, Equatable {
  /// What a record failed with.
  public struct Cause: Sendable, Equatable {
    /// What went wrong, for programs.
    public var kind: RecordException.Kind
    /// One plain sentence.
    public var message: String
    /// The record's number over all inputs, from 1.
    public var index: Int
    /// The input it is in.
    public var file: String
    /// The number of its line there, from 1.
    public var line: Int
  }

  /// Records that failed, by kind.
  public private(set) var counts: [RecordException.Kind: Int] = [:]
  /// What the first of them failed with, in the order of the input; ``shown`` at most. Records that
  /// were cancelled are not among them, as something else is the cause of that.
  public private(set) var first: [Cause] = []

  /// So many are kept in ``first``.
  public static let shown = 3

  /// No failures yet.
  public init() {}

  /// Records that failed.
  public var total: Int { counts.values.reduce(0, +) }

  /// Counts a record.
  /// - Parameters:
  ///   - index: its number over all inputs.
  ///   - cause: asked for only where it is one of the first so far.
  mutating func add(_ kind: RecordException.Kind, index: Int, _ cause: () -> Cause?) {
    counts[kind, default: 0] += 1
    if kind == .cancelled { return }
    if first.count == Self.shown {
      guard let last = first.last, index < last.index else { return }
    }
    guard let cause = cause() else { return }
    first.insert(cause, at: first.firstIndex { index < $0.index } ?? first.endIndex)
    if first.count > Self.shown { first.removeLast() }
  }
}
