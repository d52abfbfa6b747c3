import VimapBytes
import VimapJSON
import VimapKit

/// Looks into records before they are handed out. The value at one path says which shard a record
/// belongs to: equal values belong to the same shard. The number at another path says what the
/// record costs.
final class RecordLookup {
  enum Place: Equatable {
    case found(shard: Int?, cost: Double)
    /// The record has no value at this path.
    case missing(JSONPath)
    /// The record's cost is not a number, or is below 0.
    case noCost(JSONPath)
    /// The record costs this much, which is more than the whole budget.
    case tooCostly(String, budget: Double)

    /// Whether the record can be handed out.
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

  /// `nil` if there is nothing to look for.
  init?(_ form: RecordForm, shards: Int, budget: Double) {
    if form.shardPath == nil, form.costPath == nil { return nil }
    shardPath = form.shardPath
    costPath = form.costPath
    self.shards = shards
    self.budget = budget
    isText = form.mode.isText
  }

  /// Whether each record has its own cost, and so needs a batch of its own.
  var separatesRecords: Bool { costPath != nil }

  /// Looks a record up, given its line.
  func place(of line: ByteView) -> Place {
    if isText { return .found(shard: shardPath.map { _ in shard(of: line.trimmed()) }, cost: 0) }
    guard scanner.problem(with: line) == nil else {
      // A line that is not JSON is refused by a worker, and any worker can do that.
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
    // A value that is JSON reads as a number only if it is one. If it is too large, it is infinite.
    guard let cost = Double(value.text), cost >= 0 else { return .noCost(costPath) }
    if cost > budget { return .tooCostly(value.text, budget: budget) }
    return .found(shard: number, cost: cost)
  }

  private func shard(of bytes: ByteView) -> Int {
    let hash = bytes.stableHash
    // The low bits alone are not mixed well.
    return Int((hash ^ (hash >> 32)) % UInt64(shards))
  }
}
