/// What becomes of a job whose failed records are done again.
extension JobState {
  /// The state in which the records that failed are not done: their lines are to be left out of the
  /// output, and no lines of records that failed are kept.
  /// - Parameters:
  ///   - output: what the output is then.
  ///   - keepsOrder: whether results that come are to be put into the order of the input.
  package func withoutFailures(output: StreamMark, keepsOrder: Bool) -> JobState {
    var state = self
    state.output = output
    state.failed = StreamMark()
    state.done = done.subtracting(exceptions)
    state.exceptions = RecordSet()
    state.exceptionLines = RecordSet()
    state.outputLines = outputLines - exceptionLines.count
    state.totals = [:]
    state.ending = nil
    state.order =
      keepsOrder ? PendingOrder(records: state.done, lines: state.outputLines) : nil
    return state
  }

  /// The state in which the output is in order; `nil` where its lines are not those of its records.
  package func inOrder(output: StreamMark) -> JobState? {
    guard let places = LineOrder(self) else { return nil }
    var state = self
    state.output = output
    state.order = nil
    state.exceptionLines = RecordSet()
    for (place, line) in places.enumerated() where exceptionLines.contains(line) {
      state.exceptionLines.insert(place..<place + 1)
    }
    return state
  }
}

/// In which order the lines of an output are to be, by the numbers they have in it: two runs of
/// lines, each in order, made into one.
package struct LineOrder: Sequence {
  private let first: [Range<Int>]
  private let second: [Range<Int>]
  private let firstLines: Int

  /// `nil` where the output's lines are not those of its records.
  package init?(_ state: JobState) {
    guard let order = state.order else {
      first = [0..<state.outputLines]
      second = []
      firstLines = state.outputLines
      return
    }
    var later = state.done.subtracting(order.records)
    if state.exceptionLines.isEmpty { later = later.subtracting(state.exceptions) }
    guard order.records.count == order.lines, later.count == state.outputLines - order.lines
    else { return nil }
    first = order.records.runs
    second = later.runs
    firstLines = order.lines
  }

  package func makeIterator() -> some IteratorProtocol<Int> {
    var first = self.first.joined().makeIterator()
    var second = self.second.joined().makeIterator()
    var (nextOfFirst, nextOfSecond) = (first.next(), second.next())
    var (place, later) = (0, firstLines)
    return AnyIterator {
      switch (nextOfFirst, nextOfSecond) {
      case (nil, nil): return nil
      case (let one?, let other) where other.map({ one < $0 }) ?? true:
        nextOfFirst = first.next()
        defer { place += 1 }
        return place
      default:
        nextOfSecond = second.next()
        defer { later += 1 }
        return later
      }
    }
  }
}
