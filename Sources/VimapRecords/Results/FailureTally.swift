import VimapKit

/// How many records failed, by kind and by cause, and how the first of them in the input failed.
/// The size does not grow with the number of failures, however different they are.
package struct FailureTally: Sendable, Equatable {
  /// Why a record failed.
  package struct Cause: Sendable, Equatable {
    /// The kind of failure, for programs.
    package var kind: RecordException.Kind
    /// A plain sentence.
    package var message: String
    /// The last line that its command printed, or `nil` if it printed nothing.
    package var exitMessage: String?
    /// The record's number over all inputs, from 1.
    package var index: Int
    /// The input it is in.
    package var file: String
    /// The number of its line there, from 1.
    package var line: Int
  }

  /// Records that failed with the same message and the same exit message.
  package struct Group: Sendable, Equatable {
    /// The cause of one of them.
    package let cause: Cause
    /// How many there are.
    package internal(set) var count: Int
    fileprivate let key: Int
  }

  /// The number of failed records, by kind.
  package private(set) var counts: [RecordException.Kind: Int] = [:]
  /// Records that failed after their command printed something, by cause: the first ``mostGroups``
  /// causes that came up. All others are counted in ``counts`` only.
  package private(set) var groups: [Group] = []
  /// How the first records in the input failed, one of each cause, and at most ``shown``. Cancelled
  /// records are left out, since something else caused that.
  package var first: [Cause] { firstOfCauses.map(\.cause) }

  private var firstOfCauses: [Group] = []

  /// The most causes in ``first``.
  package static let shown = 3
  /// The most groups in ``groups``.
  package static let mostGroups = 16

  /// No failures yet.
  package init() {}

  /// Failures of which nothing else is known.
  init(counts: [RecordException.Kind: Int]) { self.counts = counts }

  /// The number of failed records.
  package var total: Int { counts.values.reduce(0, +) }

  /// Counts a record.
  /// - Parameters:
  ///   - index: its number over all inputs.
  ///   - key: equal for records that failed in the same way.
  ///   - cause: called only if the cause is new, or is one of the first so far.
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

  /// Counts a record whose command printed nothing.
  mutating func add(_ cause: Cause) {
    var hasher = Hasher()
    hasher.combine(cause.kind)
    hasher.combine(cause.message)
    add(cause.kind, index: cause.index, key: hasher.finalize(), hasExitMessage: false) { cause }
  }
}
