import DequeModule
import VimapBytes
import VimapSystem

/// An amount of something per unit of time.
package struct FlowLimit: Sendable, Equatable {
  /// The amount, more than 0.
  package var amount: Double
  /// The unit of time.
  package var unit: Nanoseconds

  /// So much per unit of time.
  package init(_ amount: Double, in unit: Nanoseconds) {
    self.amount = amount
    self.unit = unit
  }
}

/// Keeps to a ``FlowLimit``. In any period as long as the limit's unit, no more passes than the
/// limit allows. What passes is spread evenly, also at the start and after an idle time.
///
/// Each amount has a moment at which it is due (the generic cell rate algorithm of ATM networks).
/// The moments follow each other a little faster than the limit says, which makes up for the time
/// that is lost when somebody wakes up late. If too much would pass that way, the rest waits until
/// the unit is over.
struct RateLimiter {
  private let limit: FlowLimit
  private let step: Double
  private let tolerance: Double
  /// The moment of the next amount that has not been taken, counted from ``origin``.
  private var due = 0.0
  /// The first moment. All others are counted from it, so that fractions of a nanosecond are kept.
  private var origin: Nanoseconds?
  /// What was taken within the last unit, in parts: how much, and when the last of each was taken.
  private var recent: Deque<(time: Double, amount: Double)> = []
  private var total = 0.0

  /// The shortest time that one can wait.
  private static let tick = Double(Nanoseconds.milliseconds(1))
  /// What was taken is remembered in so many parts of a unit. That costs at most one part.
  private static let parts = 1024.0

  init(_ limit: FlowLimit) {
    self.limit = limit
    let even = Double(limit.unit) / limit.amount
    // If the moments are far apart, waking up late matters less.
    step = even * (limit.unit <= .seconds(1) && even < 20 * Self.tick ? 0.95 : 0.99)
    tolerance = max(4 * Self.tick, even / 4)
  }

  /// How much comes due within the shortest time that one can wait.
  var perTick: Int { Int(saturating: Self.tick / step) }

  /// How many may pass now.
  func allowance(_ now: Nanoseconds) -> Int {
    guard mayGo(1, now) else { return 0 }
    let ahead = max(0, due - elapsed(now))
    let inTime = (tolerance - ahead) / step + 1
    return max(1, Int(saturating: min(inTime, limit.amount - used(elapsed(now)), 1e9)))
  }

  /// Whether this amount may pass now. An amount above the limit passes alone.
  func mayGo(_ amount: Double, _ now: Nanoseconds) -> Bool {
    let time = elapsed(now)
    return amount == 0 || (due <= time + tolerance && used(time) + amount <= most(amount))
  }

  private func most(_ amount: Double) -> Double { max(amount, limit.amount) }

  /// Takes an amount.
  mutating func take(_ amount: Double, _ now: Nanoseconds) {
    if origin == nil { origin = now }
    let time = elapsed(now)
    due = max(due, time) + amount * step
    while let first = recent.first, isOver(first.time, time) {
      total -= first.amount
      recent.removeFirst()
    }
    if recent.isEmpty { total = 0 }
    total += amount
    if let last = recent.last,
      (last.time * Self.parts / unit).rounded(.down)
        == (time * Self.parts / unit).rounded(.down)
    {
      recent[recent.count - 1] = (time, last.amount + amount)
    } else {
      recent.append((time, amount))
    }
  }

  /// When an amount may pass. `nil` if it may pass now.
  func next(_ amount: Double, after now: Nanoseconds) -> Nanoseconds? {
    guard let origin, !mayGo(amount, now) else { return nil }
    var time = due - tolerance
    var left = total
    for part in recent where left + amount > most(amount) {
      left -= part.amount
      // lint: numbers with fractions
      time = max(time, part.time + unit)
    }
    return max(now + 1, origin.plus(Nanoseconds(saturating: max(0, time.rounded(.up)))))
  }

  private var unit: Double { Double(limit.unit) }

  private func isOver(_ time: Double, _ now: Double) -> Bool { time + unit <= now }

  private func used(_ now: Double) -> Double {
    var used = total
    for part in recent {
      guard isOver(part.time, now) else { break }
      used -= part.amount
    }
    // The rest is a rounding error.
    return used < 1e-9 * limit.amount ? 0 : used
  }

  private func elapsed(_ now: Nanoseconds) -> Double {
    Double(now &- (origin ?? now))
  }
}
