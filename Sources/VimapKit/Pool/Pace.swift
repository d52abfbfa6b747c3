public import VimapSystem

/// So much of something in a length of time.
public struct FlowLimit: Sendable, Equatable {
  /// How much, more than 0.
  public var amount: Double
  /// In how long.
  public var unit: Nanoseconds

  /// So much in so long.
  public init(_ amount: Double, in unit: Nanoseconds) {
    self.amount = amount
    self.unit = unit
  }
}

/// Keeps to a ``FlowLimit``, evenly: each unit of what is limited has its moment, and none is made
/// up for that passed unused. (This is the generic cell rate algorithm of ATM networks.)
///
/// What is late by no more than ``tolerance`` loses nothing, since nobody wakes up on the dot. That
/// much may come too close together, so the moments are set as much further apart: in any stretch as
/// long as the limit's unit there is no more than the limit allows, where each thing counts one; else
/// no more than that and the last of them.
struct Pace {
  private let step: Double
  /// When the next is due that has not been taken, from ``origin``.
  private var due = 0.0
  /// Moments are reckoned from the first, so that fractions of a nanosecond are not lost.
  private var origin: Nanoseconds?

  static let tolerance: Nanoseconds = .milliseconds(4)
  /// How long a wait at least takes.
  private static let tick = Double(Nanoseconds.milliseconds(1))

  init(_ limit: FlowLimit) {
    step = Double(limit.unit + Self.tolerance) / limit.amount
  }

  /// How many come due while one waits for the shortest time that one can.
  var perTick: Int { Int(Self.tick / step) }

  /// How many may go now.
  func allowance(_ now: Nanoseconds) -> Int {
    guard mayGo(now) else { return 0 }
    let ahead = max(0, due - elapsed(now))
    return Int(min((Double(Self.tolerance) - ahead) / step, 1e9)) + 1
  }

  /// Whether something may go now, however much it is.
  func mayGo(_ now: Nanoseconds) -> Bool { due <= elapsed(now) + Double(Self.tolerance) }

  /// So much goes now.
  mutating func take(_ amount: Double, _ now: Nanoseconds) {
    if origin == nil { origin = now }
    due = max(due, elapsed(now)) + amount * step
  }

  /// When something may go, where that is after `now`.
  func next(after now: Nanoseconds) -> Nanoseconds? {
    guard let origin, !mayGo(now) else { return nil }
    return origin + Nanoseconds(due.rounded(.up)) - Self.tolerance
  }

  private func elapsed(_ now: Nanoseconds) -> Double {
    Double(now &- (origin ?? now))
  }
}
