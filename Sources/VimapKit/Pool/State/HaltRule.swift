/// When a run stops before the end of its input because records fail, and how it stops.
package struct HaltRule: Sendable, Equatable {
  /// What becomes of the records that workers are working on.
  package enum Manner: String, Sendable, CaseIterable {
    /// The records are finished.
    case soon
    /// The records are given up, and the workers are killed.
    case now
  }

  /// How many failures are too many.
  package enum Limit: Sendable, Equatable {
    /// This number of records.
    case records(Int)
    /// This percentage of the finished records. It is looked at only once enough records are
    /// finished: at least ``HaltRule/fewest``, and enough for a single failure to be no more than
    /// the percentage (100 records for 1 percent).
    case percent(Double)
  }

  /// What becomes of the records that workers are working on.
  package var manner: Manner
  /// How many failures are too many.
  package var limit: Limit

  /// Among fewer records than these, a percentage says nothing.
  package static let fewest = 10

  /// Stops at so many failures; by default, at the first.
  package init(_ manner: Manner, at limit: Limit = .records(1)) {
    self.manner = manner
    self.limit = limit
  }

  /// Whether so many failures are too many.
  func isMet(failed: Int, of finished: Int) -> Bool {
    guard failed > 0 else { return false }
    switch limit {
    case .records(let most): return failed >= most
    case .percent(let share):
      return Double(failed) * 100 >= share * Double(finished)
        && finished >= Self.fewest && Double(finished) * share >= 100
    }
  }
}

/// How far a run had come when its ``HaltRule`` stopped it.
package struct HaltPoint: Sendable, Equatable {
  /// Records that had failed, and would not be tried again.
  package var failed: Int
  /// Records that had an output or had failed.
  package var finished: Int
}
