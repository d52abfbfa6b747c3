/// What the death of a worker means for a part of the records it had: which it is charged to, and
/// what goes to another worker.
struct DeathSplit {
  /// Held to have been the cause, each by itself.
  let charged: Assignment
  /// Begun, and not the cause.
  let begun: Assignment
  /// Not begun.
  let rest: Assignment
  /// How many of them were begun, or are charged.
  let tried: Int

  /// Splits what a dead worker left.
  /// - Parameters:
  ///   - begunCount: how many records it had begun, of those sent to it since it was forked.
  ///   - lateAt: how many it had begun when it was killed for being late, if it was.
  ///   - isHopeless: other workers would die as well, so that the first record is charged in any
  ///     case.
  static func parts(
    of left: [Assignment], begun begunCount: UInt64, lateAt: UInt64?, isHopeless: Bool,
    _ attribution: DeathAttribution
  ) -> [DeathSplit] {
    // A worker that was late with one record, and had gone on to the next when its end came, has
    // failed with neither.
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
