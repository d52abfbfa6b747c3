import VimapBytes
import VimapKit
import VimapRecords

/// How long tries took, in rows. Each row counts the tries from one time to the next; the times are
/// 1, 2, 5, 10 and so on.
struct ServiceBars {
  struct Row {
    var from: Duration
    var to: Duration
    var count: Int
  }

  /// The rows, from the shortest time to the longest.
  let rows: [Row]

  private static let mostRows = 15

  init(_ times: ServiceTimes) {
    let fine = Self.rows(times, steps: [1, 2, 5])
    rows = fine.count > Self.mostRows ? Self.rows(times, steps: [1]) : fine
  }

  private static func rows(_ times: ServiceTimes, steps: [Int]) -> [Row] {
    var bounds: [Duration] = []
    var decade = 1
    // Up to 11 days.
    while decade <= 1_000_000_000_000_000 {
      bounds += steps.map { .nanoseconds($0 * decade) }
      decade *= 10
    }
    let rows = zip(bounds, bounds.dropFirst()).map {
      Row(from: $0, to: $1, count: times.count(in: $0..<$1))
    }
    guard let first = rows.firstIndex(where: { $0.count > 0 }),
      let last = rows.lastIndex(where: { $0.count > 0 })
    else { return [] }
    return Array(rows[first...last])
  }

  private static let width = 44

  func lines(_ figures: Figures) -> [String] {
    let most = Double(rows.map(\.count).max() ?? 1)
    return rows.map { row in
      let label =
        figures.roundTime(row.from).right(6) + " - " + figures.roundTime(row.to).right(6)
      let bar = Self.bar(Double(row.count) / most, isPlain: figures.isPlain)
      return "  \(label)  \(bar.left(Self.width))  \(figures.count(row.count).right(11))"
    }
  }

  /// A bar; at least something is shown unless the share is zero.
  private static func bar(_ share: Double, isPlain: Bool) -> String {
    if isPlain {
      let length = Int(saturating: (share * Double(width)).rounded())
      return String(repeating: "#", count: share > 0 ? max(1, length) : 0)
    }
    let eighths = Int(saturating: (share * Double(width) * 8).rounded())
    if share > 0, eighths == 0 { return "▏" }
    let end = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + end
  }
}
