/// What the death of a worker means for a part of its records: which of them the death is charged
/// to, and which go to another worker.
struct DeathSplit {
  /// Each of these records is taken for the cause of the death.
  let charged: Assignment
  /// Records that were begun and are not the cause.
  let begun: Assignment
  /// Records that were not begun.
  let rest: Assignment
  /// How many of the records count as tried: they were begun, or the death is charged to them.
  let tried: Int

  /// Splits what a dead worker left.
  /// - Parameters:
  ///   - begunCount: how many records the worker had begun since it was forked.
  ///   - lateAt: how many it had begun when it was found to be late, if it was killed for that.
  ///   - isHopeless: other workers would die as well, so the first record is charged in any case.
  static func parts(
    of left: [Assignment], begun begunCount: UInt64, lateAt: UInt64?, isHopeless: Bool,
    _ attribution: DeathAttribution
  ) -> [DeathSplit] {
    // The worker was late with one record, but went on to the next before it was killed. Neither of
    // the two is to blame.
    let isPardoned = lateAt.map { $0 < begunCount } ?? false
    return left.enumerated().map { position, assignment in
      let begun = assignment.cut(after: begunCount).begun.records.count
      let mayCharge = position == 0 && !isPardoned
      var charged: Int
      switch attribution {
      case .firstBegun: charged = mayCharge ? min(1, begun) : 0
      case .everyBegun: charged = begun
      }
      if mayCharge, charged == 0, isHopeless { charged = 1 }
      return DeathSplit(assignment, charged: charged, tried: max(charged, begun))
    }
  }

  private init(_ whole: Assignment, charged count: Int, tried: Int) {
    let first = whole.records.lowerBound
    charged = whole.part(first..<(first + count))
    var begun = whole.part((first + count)..<(first + tried), attempt: whole.attempt + 1)
    begun.mayBeSent = true
    self.begun = begun
    rest = whole.part((first + tried)..<whole.records.upperBound)
    self.tried = tried
  }
}
