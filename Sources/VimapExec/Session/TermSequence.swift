import VimapSystem

/// The signals that end a command which does not leave by itself. Each goes to all of its group,
/// after a pause. The last is always SIGKILL.
package struct TermSequence: Sendable, Equatable {
  struct Step: Sendable, Equatable {
    var pause: Nanoseconds
    var signal: CInt
  }

  private(set) var steps: [Step]

  /// The time from the first pause to the last signal.
  package var length: Nanoseconds {
    steps.reduce(0) { sum, step in
      let (length, isTooLong) = sum.addingReportingOverflow(step.pause)
      return isTooLong ? .max : length
    }
  }

  /// Ten seconds to leave, SIGTERM, two seconds more, SIGKILL.
  package static let usual = TermSequence(steps: [
    Step(pause: .seconds(10), signal: Signals.terminate),
    Step(pause: .seconds(2), signal: Signals.kill),
  ])

  /// What a sequence looks like, for those who got one wrong.
  package static let expectation =
    "give times and signals in turn, such as 10s,TERM,2s,KILL; a time has its unit: ms, s, m or h"

  private init(steps: [Step]) {
    self.steps = steps
  }

  /// Reads a sequence: times and signals in turn, in the order in which they come about.
  ///
  /// A signal is a name, with or without `SIG`, or a number; so a time needs a unit.
  /// - Returns: `nil` where `text` is none.
  package init?(_ text: String) {
    steps = []
    var pause: Nanoseconds?
    var lastWasSignal = false
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let signal = Signals.number(word) {
        if lastWasSignal { return nil }
        steps.append(Step(pause: pause ?? 0, signal: signal))
        pause = nil
        lastWasSignal = true
      } else {
        guard pause == nil, let time = Self.time(word) else { return nil }
        pause = time
        lastWasSignal = false
      }
    }
    if let kill = steps.firstIndex(where: { $0.signal == Signals.kill }) {
      steps.removeSubrange((kill + 1)...)
    } else {
      steps.append(Step(pause: pause ?? 0, signal: Signals.kill))
    }
  }

  /// As a `TimeSpan` of the command line, but for 0 and a number without a unit.
  private static func time(_ word: Substring) -> Nanoseconds? {
    let units: [(suffix: String, factor: Double)] = [
      ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600),
    ]
    guard let unit = units.first(where: { word.hasSuffix($0.suffix) }),
      let number = Double(word.dropLast(unit.suffix.count)),
      (0...1e9).contains(number * unit.factor)
    else { return nil }
    return .seconds(number * unit.factor)
  }
}
