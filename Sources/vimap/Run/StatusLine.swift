import VimapKit

/// How far a run has come, in one line.
struct StatusLine: CustomStringConvertible {
  let status: PoolStatus
  /// Whether a line's number says where a record is.
  let hasOneFile: Bool

  /// The longest that the name of a file may be, in characters.
  private static let longestName = 60

  var description: String {
    var parts = [
      "\(status.outputs) outputs", "\(status.failures) failed", "\(status.inFlight) in flight",
      "\(status.waiting) waiting to be tried again",
    ]
    if let awaited = status.awaited {
      parts.append("the order waits for record \(awaited.index)\(place(of: awaited))")
    }
    return "\(status.records) records in \(seconds) s: " + parts.joined(separator: ", ")
  }

  private func place(of record: PoolStatus.Place) -> String {
    guard let file = record.file, let line = record.line else { return "" }
    return hasOneFile ? " (line \(line))" : " (\(file.onOneLine(atMost: Self.longestName)):\(line))"
  }

  /// With one decimal.
  private var seconds: String {
    let (seconds, attoseconds) = status.elapsed.components
    return "\(seconds).\(attoseconds / 100_000_000_000_000_000)"
  }
}
