/// Which HTTP statuses count as success.
package struct StatusSet: Sendable, Equatable {
  private var ranges: [ClosedRange<Int>]

  /// The statuses that mean success by themselves (RFC 9110 section 15.3).
  package static let successful = StatusSet(ranges: [200...299])

  private init(ranges: [ClosedRange<Int>]) {
    self.ranges = ranges
  }

  /// Reads a list of statuses and ranges, such as `200-299,304`.
  package init(_ text: String) throws(StatusSetError) {
    ranges = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = Self.range(item) else {
        throw StatusSetError(list: text, item: String(item))
      }
      ranges.append(range)
    }
  }

  /// Reads a status or a range. RFC 9110 section 15 defines 100 to 599, but clients must accept any
  /// three digits.
  private static func range(_ item: Substring) -> ClosedRange<Int>? {
    let ends = item.split(separator: "-", omittingEmptySubsequences: false).map { end in
      end.utf8.count == 3 && end.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(end) : nil
    }
    guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
      first >= 100, first <= last
    else { return nil }
    return first...last
  }

  package func contains(_ status: Int) -> Bool {
    ranges.contains { $0.contains(status) }
  }
}

/// Why a text is no ``StatusSet``.
package struct StatusSetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole text.
  package let list: String
  /// The part that is neither a status nor a range.
  package let item: String

  package var description: String {
    "'\(item)' is no status or range of statuses; a list such as 200-299,304 is expected"
  }
}
