import VimapSystem

/// Whether a command is to leave, and the signals that it gets if it doesn't.
enum Departure {
  /// It is to go on.
  case none
  /// It has nothing more to do. What it still prints counts.
  case leaving(Farewell)
  /// It is ended for a fault of its own. What it still prints is no answer.
  case dismissed(Farewell)

  var isDismissed: Bool { if case .dismissed = self { true } else { false } }

  /// When the next signal is due.
  var nextStep: Nanoseconds? {
    switch self {
    case .none: nil
    case .leaving(let farewell), .dismissed(let farewell): farewell.nextStep
    }
  }

  /// The signal to be sent now, if it is time for one.
  mutating func takeSignal(_ now: Nanoseconds) -> CInt? {
    switch self {
    case .none: return nil
    case .leaving(var farewell):
      defer { self = .leaving(farewell) }
      return farewell.take(now)
    case .dismissed(var farewell):
      defer { self = .dismissed(farewell) }
      return farewell.take(now)
    }
  }
}

/// The end of a command that is to leave: the pauses and signals of a sequence, one after the
/// other.
struct Farewell {
  private var steps: ArraySlice<TermSequence.Step>
  private(set) var nextStep: Nanoseconds?

  /// - Parameter longest: the longest first pause; where the sequence has a longer one, it is cut.
  init(_ sequence: TermSequence, from now: Nanoseconds, firstPause longest: Nanoseconds = .max) {
    steps = sequence.steps[...]
    nextStep = steps.first.map { now.plus(min($0.pause, longest)) }
  }

  /// The signal to be sent now, if it is time for one.
  mutating func take(_ now: Nanoseconds) -> CInt? {
    guard let time = nextStep, now >= time, let step = steps.popFirst() else { return nil }
    nextStep = steps.first.map { now.plus($0.pause) }
    return step.signal
  }
}
