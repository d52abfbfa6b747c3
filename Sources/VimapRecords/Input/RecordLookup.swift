import VimapBytes
import VimapJSON
import VimapKit

/// Looks into records before they are handed out: which shard one belongs to, by the value at a
/// path, of which equal ones belong together; and what it costs, by the number at another.
final class RecordLookup {
  enum Place: Equatable {
    case found(shard: Int?, cost: Double)
    /// The record has no such part.
    case missing(JSONPath)
    /// What it costs is no number, or one below 0.
    case noCost(JSONPath)
    /// It costs so much, more than the budget ever holds.
    case tooCostly(String, budget: Double)

    /// The record can be handed out.
    var isFound: Bool { if case .found = self { true } else { false } }

    var shard: Int? { if case .found(let shard, _) = self { shard } else { nil } }

    var cost: Double { if case .found(_, let cost) = self { cost } else { 0 } }
  }

  private let shardPath: JSONPath?
  private let shards: Int
  private let costPath: JSONPath?
  private let budget: Double
  private let isText: Bool
  private let scanner = RecordScanner()
  private var key = ByteBuffer()

  /// `nil` where nothing is to be looked for.
  init?(_ form: RecordForm, shards: Int, budget: Double) {
    if form.shardPath == nil, form.costPath == nil { return nil }
    shardPath = form.shardPath
    costPath = form.costPath
    self.shards = shards
    self.budget = budget
    isText = form.mode.isText
  }

  /// Each record has a cost of its own, and so is by itself.
  var separatesRecords: Bool { costPath != nil }

  /// The place of a record, given its line.
  func place(of line: ByteView) -> Place {
    if isText { return .found(shard: shardPath.map { _ in shard(of: line.trimmed()) }, cost: 0) }
    guard scanner.problem(with: line) == nil else {
      // What is not JSON is refused by a worker, whichever that is.
      return .found(shard: shardPath.map { _ in shard(of: line) }, cost: 0)
    }
    return place(ofJSON: line)
  }

  private func place(ofJSON record: ByteView) -> Place {
    var number: Int?
    if let shardPath {
      guard let value = shardPath.find(in: record) else { return .missing(shardPath) }
      key.removeAll()
      key.appendComparable(value)
      number = shard(of: key.view)
    }
    guard let costPath else { return .found(shard: number, cost: 0) }
    guard let value = costPath.find(in: record) else { return .missing(costPath) }
    // Of JSON, only a number reads as one; beyond what can be counted it is infinite.
    guard let cost = Double(value.text), cost >= 0 else { return .noCost(costPath) }
    if cost > budget { return .tooCostly(value.text, budget: budget) }
    return .found(shard: number, cost: cost)
  }

  private func shard(of bytes: ByteView) -> Int {
    let hash = bytes.stableHash
    // Its low bits alone are not mixed well.
    return Int((hash ^ (hash >> 32)) % UInt64(shards))
  }
}
