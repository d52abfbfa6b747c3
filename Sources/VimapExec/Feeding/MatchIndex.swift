import DequeModule
import VimapBytes
import VimapJSON

/// Finds the record that an answer belongs to by the value that both hold.
///
/// Answers mostly come in order, so the next record is looked at first. Only if that doesn't match,
/// a table is made, and the record is looked up there.
final class MatchIndex {
  let rule: MatchRule
  /// A hash of the value of each record from ``first`` on.
  private var hashes: Deque<UInt64> = []
  private var first = 0
  /// Positions by hash, of the records before `tabled`.
  private var table: [UInt64: [Int]] = [:]
  private var tabled = 0
  private var key = ByteBuffer()
  private var other = ByteBuffer()

  init(_ rule: MatchRule) {
    self.rule = rule
  }

  /// Notes the value of the record at a position, unless it is known; positions come in order.
  /// - Returns: whether the record has one.
  func note(_ record: ByteView, at position: Int) -> Bool {
    if hashes.isEmpty { first = position }
    // Records between that are no JSON have no value.
    while first + hashes.count < position { hashes.append(0) }
    if position < first + hashes.count { return hashes[position - first] != 0 }
    guard let value = rule.record.find(in: record) else {
      // This keeps its position; no value has the hash 0.
      hashes.append(0)
      return false
    }
    key.removeAll()
    key.appendComparable(value)
    hashes.append(max(1, key.view.stableHash))
    return true
  }

  /// As ``note(_:at:)``. Returns why the record cannot be fed, where it has no such value.
  func refusal(of record: ByteView, at position: Int) -> TemplateError? {
    note(record, at: position) ? nil : .missingField(path: rule.record.description)
  }

  /// Records before a position are of no interest any more.
  func forget(before position: Int) {
    while first < position, !hashes.isEmpty {
      hashes.removeFirst()
      first += 1
    }
  }

  /// The position of the first record with the value that an answer has.
  /// - Parameters:
  ///   - fed: the positions of records that may be owed an answer.
  ///   - record: the record at a position, if it is owed one.
  func position(
    for answer: ByteView, among fed: Range<Int>, record: (Int) -> ByteView?
  ) -> Int? {
    guard let value = rule.answer.find(in: answer) else { return nil }
    key.removeAll()
    key.appendComparable(value)
    let hash = max(1, key.view.stableHash)
    if let next = fed.first, isMatch(next, hash, record) { return next }
    extendTable(over: fed)
    return table[hash]?.first { fed.contains($0) && isMatch($0, hash, record) }
  }

  /// A record has got its answer.
  func remove(_ position: Int) {
    let place = position - first
    guard !table.isEmpty, hashes.indices.contains(place), let same = table[hashes[place]] else {
      return
    }
    let others = same.filter { $0 != position }
    table[hashes[place]] = others.isEmpty ? nil : others
  }

  private func isMatch(
    _ position: Int, _ hash: UInt64, _ record: (Int) -> ByteView?
  ) -> Bool {
    let place = position - first
    guard hashes.indices.contains(place), hashes[place] == hash, let text = record(position),
      let value = rule.record.find(in: text)
    else { return false }
    other.removeAll()
    other.appendComparable(value)
    return other.view == key.view
  }

  private func extendTable(over fed: Range<Int>) {
    // Records that were answered in order are still in the table. It is made anew where most are.
    if table.count > 2 * fed.count + Self.spare {
      table.removeAll()
      tabled = fed.lowerBound
    }
    for position in max(tabled, fed.lowerBound)..<max(tabled, fed.upperBound) {
      let place = position - first
      if hashes.indices.contains(place) { table[hashes[place], default: []].append(position) }
    }
    tabled = max(tabled, fed.upperBound)
  }

  private static let spare = 1024
}
