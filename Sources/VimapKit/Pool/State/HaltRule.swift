/// When a run stops before the end of its input because records fail, and how.
package struct HaltRule: Sendable, Equatable {
  /// What becomes of the records that workers are at.
  package enum Manner: String, Sendable, CaseIterable {
    /// They are finished.
    case soon
    /// They are given up, and the workers killed.
    case now
  }

  /// How many failures are too many.
  package enum Limit: Sendable, Equatable {
    /// So many records.
    case records(Int)
    /// So many of a hundred records that have finished. That is looked at only once there are
    /// ``HaltRule/fewest`` of them, and as many as one failure is such a part of: 100 for 1.
    case percent(Double)
  }

  /// What becomes of the records that workers are at.
  package var manner: Manner
  /// How many failures are too many.
  package var limit: Limit

  /// Of fewer records than these, a share says nothing.
  package static let fewest = 10

  /// Stops at so many failures, or at the first.
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
