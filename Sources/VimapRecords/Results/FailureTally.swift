import VimapKit

/// How many records failed, by kind and by cause, and what the first of them in the input failed
/// with. Its size does not grow with their number, however different they are.
package struct FailureTally: Sendable, Equatable {
  /// What a record failed with.
  package struct Cause: Sendable, Equatable {
    /// What went wrong, for programs.
    package var kind: RecordException.Kind
    /// One plain sentence.
    package var message: String
    /// The last line of what its command said; `nil` where it said nothing.
    package var exitMessage: String?
    /// The record's number over all inputs, from 1.
    package var index: Int
    /// The input it is in.
    package var file: String
    /// The number of its line there, from 1.
    package var line: Int
  }

  /// Records that failed with the same message and the same last words.
  package struct Group: Sendable, Equatable {
    /// What one of them failed with.
    package let cause: Cause
    /// How many there are.
    package internal(set) var count: Int
    fileprivate let key: Int
  }

  /// Records that failed, by kind.
  package private(set) var counts: [RecordException.Kind: Int] = [:]
  /// Those among them whose command said something, by cause; the first ``mostGroups`` causes that
  /// came up. What is not among them is counted in ``counts`` only.
  package private(set) var groups: [Group] = []
  /// What the first of them failed with, in the order of the input, one of each cause; ``shown`` at
  /// most. Records that were cancelled are not among them, as something else is the cause of that.
  package var first: [Cause] { firstOfCauses.map(\.cause) }

  private var firstOfCauses: [Group] = []

  /// So many are kept in ``first``.
  package static let shown = 3
  /// So many are kept in ``groups``.
  package static let mostGroups = 16

  /// No failures yet.
  package init() {}

  /// Failures of which nothing else is known.
  init(counts: [RecordException.Kind: Int]) { self.counts = counts }

  /// Records that failed.
  package var total: Int { counts.values.reduce(0, +) }

  /// Counts a record.
  /// - Parameters:
  ///   - index: its number over all inputs.
  ///   - key: the same for records that failed with the same.
  ///   - cause: asked for only where it is shown as one of the first so far, or is a new one.
  mutating func add(
    _ kind: RecordException.Kind, index: Int, key: Int, hasExitMessage: Bool, _ cause: () -> Cause?
  ) {
    counts[kind, default: 0] += 1
    if kind == .cancelled { return }
    var known: Cause?
    if hasExitMessage {
      if let place = groups.firstIndex(where: { $0.key == key }) {
        groups[place].count += 1
      } else if groups.count < Self.mostGroups, let cause = cause() {
        groups.append(Group(cause: cause, count: 1, key: key))
        known = cause
      }
    }
    if let place = firstOfCauses.firstIndex(where: { $0.key == key }) {
      guard index < firstOfCauses[place].cause.index else { return }
      firstOfCauses.remove(at: place)
    } else if firstOfCauses.count == Self.shown {
      guard let last = firstOfCauses.last, index < last.cause.index else { return }
    }
    guard let cause = known ?? cause() else { return }
    firstOfCauses.insert(
      Group(cause: cause, count: 1, key: key),
      at: firstOfCauses.firstIndex { index < $0.cause.index } ?? firstOfCauses.endIndex)
    if firstOfCauses.count > Self.shown { firstOfCauses.removeLast() }
  }

  /// Counts a record whose command said nothing.
  mutating func add(_ cause: Cause) {
    var hasher = Hasher()
    hasher.combine(cause.kind)
    hasher.combine(cause.message)
    add(cause.kind, index: cause.index, key: hasher.finalize(), hasExitMessage: false) { cause }
  }
}
