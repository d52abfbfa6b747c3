import VimapBytes
import VimapKit
import VimapRecords

/// The progress of a run, as a line for users.
struct ProgressLine {
  let status: PoolStatus
  /// Records per second over the last seconds, if known.
  var rate: Double?
  /// The estimated number of remaining seconds, if known.
  var remaining: Double?

  /// A part of the line. If not all parts fit, those with the least weight are left out.
  private struct Part {
    let text: String
    let weight: Int
    var isAlarming = false
    var isBar = false
  }

  private static let gap = "  "
  /// The fewest and the most columns of the bar.
  private static let barWidths = 10...40

  /// The line for a terminal. It leaves the last column free, since some terminals go on to the
  /// next line after a character there.
  func shown(columns: Int, colours: Bool) -> ShownLine {
    let room = columns - 1
    var parts = self.parts
    if status.share != nil {
      // It begins with the least width. Later it gets the columns that the other parts leave free.
      parts.insert(Part(text: bar(Self.barWidths.lowerBound), weight: 15, isBar: true), at: 1)
    }
    while parts.count > 1, Self.width(parts) > room {
      let least = parts.indices.min { parts[$0].weight < parts[$1].weight }
      parts.remove(at: least ?? 0)
    }
    if Self.width(parts) > room {
      return ShownLine(String(parts[0].text.prefix(max(0, room))))
    }
    let free = room - Self.width(parts) + Self.barWidths.lowerBound
    var line = ShownLine()
    for (place, part) in parts.enumerated() {
      if place > 0 { line.add(Self.gap) }
      let text = part.isBar ? bar(min(free, Self.barWidths.upperBound)) : part.text
      line.add(text, isAlarming: part.isAlarming && colours)
    }
    return line
  }

  /// The line for a file, with all parts.
  var plainText: String {
    parts.map { String($0.text.drop(while: { $0 == " " })) }.joined(separator: ", ")
  }

  /// The line that remains at the end.
  var summary: String {
    let seconds = status.elapsed.seconds
    let rate = seconds > 0 ? ", \(Self.rate(Double(status.finished) / seconds))/s" : ""
    return "\(Self.count(status.finished)) in \(Self.time(seconds))\(rate),"
      + " \(Self.bytes(status.bytes)), \(status.failures) failed"
  }

  private static func width(_ parts: [Part]) -> Int {
    parts.reduce((parts.count - 1) * gap.count) { $0 + $1.text.count }
  }

  // MARK: Parts

  private var parts: [Part] {
    var parts: [Part] = []
    if let share = status.share {
      parts.append(Part(text: Self.padded("\(Int(saturating: share * 100))%", to: 4), weight: 90))
    }
    parts.append(Part(text: Self.count(status.finished), weight: 100))
    if let rate { parts.append(Part(text: Self.padded(Self.rate(rate), to: 5) + "/s", weight: 70)) }
    parts.append(
      Part(
        text: "\(status.failures) failed", weight: status.failures > 0 ? 95 : 20,
        isAlarming: status.failures > 0))
    if status.waiting > 0 {
      parts.append(Part(text: "\(status.waiting) to be tried again", weight: 40))
    }
    parts.append(Part(text: "\(status.inFlight) in flight", weight: 30))
    parts.append(Part(text: bytes, weight: 10))
    parts.append(Part(text: Self.time(status.elapsed.seconds), weight: 60))
    if status.isStopping {
      parts.append(Part(text: "stopping", weight: 85))
    } else if let paused {
      parts.append(Part(text: paused, weight: 92))
    } else if let remaining {
      parts.append(Part(text: Self.time(remaining) + " left", weight: 80))
    }
    return parts
  }

  /// The servers that are paused, and for how long. It replaces the remaining time: during a pause,
  /// records take longer than before, and nobody knows how much.
  private var paused: String? {
    guard let longest = status.pausedKeys.max(by: { $0.left < $1.left }) else { return nil }
    let count = status.pausedKeys.count
    let who = count == 1 ? longest.key.onOneLine(atMost: 40) : "\(count) hosts"
    return "\(who) paused for \(Self.time(longest.left.seconds.rounded(.up)))"
  }

  private func bar(_ width: Int) -> String {
    let inside = width - 2
    let full = min(inside, Int(saturating: (status.share ?? 0) * Double(inside)))
    let head = full > 0 && full < inside ? ">" : ""
    let body = String(repeating: "=", count: full - head.count)
    return "[" + body + head + String(repeating: " ", count: inside - full) + "]"
  }

  private var bytes: String {
    let read = Self.bytes(status.bytes)
    return status.totalBytes.map { "\(read) of \(Self.bytes($0))" } ?? read
  }

  // MARK: Quantities

  private static func count(_ records: Int) -> String {
    "\(records) \(records == 1 ? "record" : "records")"
  }

  /// In five characters, so that the rest of the line does not move.
  private static func rate(_ rate: Double) -> String {
    switch rate {
    case ..<9.995: decimal(rate, places: 2)
    case ..<99.95: decimal(rate, places: 1)
    case ..<99_999.5: decimal(rate, places: 0)
    case ..<9_999_500: decimal(rate / 1000, places: 0) + "k"
    default: decimal(rate / 1_000_000, places: 0) + "M"
    }
  }

  /// With the letters that sizes are typed with: powers of 1024.
  private static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["", "K", "M", "G", "T"] {
      if value < 1023.5 || unit == "T" {
        return decimal(value, places: unit.isEmpty || value >= 9.95 ? 0 : 1)
          + (unit.isEmpty ? " bytes" : unit)
      }
      value /= 1024
    }
    return "\(count) bytes"
  }

  /// In the format of a clock: minutes and seconds, and hours if there are any.
  private static func time(_ seconds: Double) -> String {
    let seconds = Int(saturating: min(max(0, seconds), 1e9))
    let (minutes, rest) = (seconds / 60, seconds % 60)
    if minutes < 60 { return "\(minutes):\(twoDigits(rest))" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(twoDigits(rest))"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  private static func decimal(_ value: Double, places: Int) -> String {
    let scale = places == 2 ? 100 : places == 1 ? 10 : 1
    let whole = Int(saturating: (max(0, value) * Double(scale)).rounded())
    guard places > 0 else { return "\(whole)" }
    let fraction = "\(whole % scale)"
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(whole / scale).\(zeros)\(fraction)"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension Duration {
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
