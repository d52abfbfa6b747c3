import VimapBytes
import VimapSystem

/// How many requests a worker has in flight under `--concurrency auto`: events in, a number out.
///
/// It decides once a period, from what the requests came to that were begun in it. Where a part of
/// them was turned away (429, 503, no connection, no answer in time), the level is less by that
/// part, and by three quarters at most; where answers take half as long again as they did at best
/// of late, it is less by two fifths. So the level falls below the point at which answers slow
/// down, and what "at best" means stays true. Where nothing speaks against it, and the level was
/// made use of, it grows: twofold until it had to fall for the first time, then by steps, which
/// become longer the longer all is well.
///
/// A level below one means one request at a time with a pause behind each, for a server that allows
/// fewer requests than one after the other makes. How long answers take says nothing then: a
/// request that is alone waits for none of ours.
struct ConcurrencyControl {
  enum Outcome {
    /// Answered in so many seconds.
    case answered(seconds: Double)
    /// The server could not, or would not, take it now.
    case turnedAway
    /// It failed for a reason that says nothing about the load.
    case other
  }

  /// What it has come to.
  private(set) var level: Double
  private let most: Double
  private static let least = 0.01

  private var isStarting = true
  private var periodStart: Nanoseconds
  private var answers = 0
  private var rejections = 0
  private var seconds = 0.0
  /// The level was reached, so that more might have been done with more.
  private var wasFull = false
  /// Periods in a row in which nothing spoke against growing.
  private var goodPeriods = 0
  /// Mean times of answers in the last periods.
  private var recent: [Double] = []
  private var lastBegin: Nanoseconds = 0
  private var lastMean = 0.0

  /// The longer window in which an answer's best time is looked for.
  private static let memory = 30
  private static let fastPeriod: Nanoseconds = .milliseconds(100)
  private static let slowPeriod: Nanoseconds = .seconds(1)
  /// A mean time that is longer than the best by this much at most is not called slower.
  private static let noise = 0.003

  init(from first: Int = 8, most: Int, now: Nanoseconds) {
    level = Double(min(first, most))
    self.most = Double(most)
    periodStart = now
  }

  /// Requests that may be in flight.
  var limit: Int { max(1, Int(saturating: level)) }

  /// When the next request may be begun; `nil` for at once.
  func nextBegin(_ now: Nanoseconds) -> Nanoseconds? {
    guard level < 1, lastBegin > 0 else { return nil }
    // The best time, as that stays the same while others come and go.
    let next = lastBegin + .seconds(min(60, max(0.001, recent.min() ?? 0) / level))
    return next > now ? next : nil
  }

  mutating func noteBegin(inFlight: Int, now: Nanoseconds) {
    lastBegin = now
    if inFlight >= limit { wasFull = true }
  }

  /// Counts what a request came to.
  mutating func note(_ outcome: Outcome, begun: Nanoseconds, now: Nanoseconds) {
    // Begun under another level.
    guard begun >= periodStart else { return }
    switch outcome {
    case .answered(let time):
      answers += 1
      seconds += time
    case .turnedAway: rejections += 1
    case .other: break
    }
    if now >= periodStart + period, answers + rejections >= min(limit, 16) { decide(now) }
  }

  private var period: Nanoseconds {
    let least = isStarting ? Self.fastPeriod : Self.slowPeriod
    return max(least, .seconds(2 * lastMean))
  }

  private mutating func decide(_ now: Nanoseconds) {
    let share = Double(rejections) / Double(answers + rejections)
    let mean = answers > 0 ? seconds / Double(answers) : nil
    goodPeriods += 1
    if rejections > 0 {
      isStarting = false
      goodPeriods = 0
      level *= max(0.25, 1 - share)
    } else if let mean, level > 1, isSlower(mean) {
      isStarting = false
      goodPeriods = 0
      level *= 0.6
    } else if wasFull {
      level += isStarting ? level : min(level, step * Double(max(1, goodPeriods - 2)))
    }
    level = min(most, max(Self.least, level))
    if let mean {
      lastMean = mean
      recent.append(mean)
      if recent.count > Self.memory { recent.removeFirst() }
    }
    periodStart = now
    (answers, rejections, seconds, wasFull) = (0, 0, 0, false)
  }

  private var step: Double { min(level / 10, max(1, level / 32)) }

  private func isSlower(_ mean: Double) -> Bool {
    guard let best = recent.min() else { return false }
    return mean > max(1.5 * best, best + Self.noise)
  }
}
