import DequeModule

/// Which records were answered before the one that is next in order.
struct EarlyAnswers {
  /// Whether each record behind the next one has been answered.
  private var marks: Deque<Bool> = []

  var isEmpty: Bool { marks.isEmpty }

  /// - Parameter distance: how far behind the next record it is; at least 1.
  func contains(_ distance: Int) -> Bool {
    marks.indices.contains(distance - 1) && marks[distance - 1]
  }

  mutating func insert(_ distance: Int) {
    assert(distance > 0 && !contains(distance))
    while marks.count < distance { marks.append(false) }
    marks[distance - 1] = true
  }

  /// The next record was answered, and the one behind it is next.
  /// - Returns: whether that was answered before.
  mutating func advance() -> Bool { marks.popFirst() == true }
}
