import DequeModule
import VimapBytes
import VimapSystem

/// So much of something in a length of time.
package struct FlowLimit: Sendable, Equatable {
  /// How much, more than 0.
  package var amount: Double
  /// In how long.
  package var unit: Nanoseconds

  /// So much in so long.
  package init(_ amount: Double, in unit: Nanoseconds) {
    self.amount = amount
    self.unit = unit
  }
}

/// Keeps to a ``FlowLimit``: in any stretch of time as long as its unit there is no more than it
/// allows, and what there is comes evenly, also at the start and after an idle spell.
///
/// Each unit of what is limited has its moment (the generic cell rate algorithm of ATM networks).
/// The moments follow each other a little faster than the limit says, so that what is lost where
/// somebody wakes up late is made up for; what then would be too much waits until the unit is over.
struct RateLimiter {
  private let limit: FlowLimit
  private let step: Double
  private let tolerance: Double
  /// When the next is due that has not been taken, from ``origin``.
  private var due = 0.0
  /// Moments are reckoned from the first, so that fractions of a nanosecond are not lost.
  private var origin: Nanoseconds?
  /// What was taken in the last unit: how much, and when the last of each part.
  private var recent: Deque<(time: Double, amount: Double)> = []
  private var total = 0.0

  /// Nobody can wait for less.
  private static let tick = Double(Nanoseconds.milliseconds(1))
  /// What was taken is kept in so many parts, which costs as small a part of the limit.
  private static let parts = 1024.0

  init(_ limit: FlowLimit) {
    self.limit = limit
    let even = Double(limit.unit) / limit.amount
    // Where each is due long after the one before, waking up late shows less.
    step = even * (limit.unit <= .seconds(1) && even < 20 * Self.tick ? 0.95 : 0.99)
    tolerance = max(4 * Self.tick, even / 4)
  }

  /// How many come due while one waits for the shortest time that one can.
  var perTick: Int { Int(saturating: Self.tick / step) }

  /// How many may go now.
  func allowance(_ now: Nanoseconds) -> Int {
    guard mayGo(1, now) else { return 0 }
    let ahead = max(0, due - elapsed(now))
    let inTime = (tolerance - ahead) / step + 1
    return max(1, Int(saturating: min(inTime, limit.amount - used(elapsed(now)), 1e9)))
  }

  /// Whether so much may go now. What is more than the limit goes alone.
  func mayGo(_ amount: Double, _ now: Nanoseconds) -> Bool {
    let time = elapsed(now)
    return amount == 0 || (due <= time + tolerance && used(time) + amount <= most(amount))
  }

  private func most(_ amount: Double) -> Double { max(amount, limit.amount) }

  /// So much goes now.
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

  /// When so much may go, where that is after `now`.
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
    // What is left of rounding is nothing.
    return used < 1e-9 * limit.amount ? 0 : used
  }

  private func elapsed(_ now: Nanoseconds) -> Double {
    Double(now &- (origin ?? now))
  }
}
