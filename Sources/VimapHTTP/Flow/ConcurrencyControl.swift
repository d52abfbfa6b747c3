import VimapBytes
import VimapSystem

/// How many requests a worker has in flight under `--concurrency auto`. Events go in, a number
/// comes out.
///
/// It decides once per period, by the outcomes of the requests that were begun in the period.
/// - If some were turned away (429, 503, no connection, no answer in time), the level falls by
///   their share, but by no more than three quarters.
/// - If answers take half as long again as the best time of late, the level falls by two fifths. So
///   it falls below the point at which answers slow down, and the best time stays correct.
/// - Otherwise the level grows, if it was reached. It doubles until it falls for the first time.
///   Then it grows by steps, which become longer as long as all goes well.
///
/// A level below one means one request at a time with a pause after each. It is for a server that
/// allows fewer requests than that. The time of answers says nothing then: a request that is alone
/// does not wait for other requests of ours.
struct ConcurrencyControl {
  enum Outcome {
    /// Answered in so many seconds.
    case answered(seconds: Double)
    /// The server could not, or would not, take it now.
    case turnedAway
    /// It failed for a reason that says nothing about the load.
    case other
  }

  /// The current level.
  private(set) var level: Double
  private let most: Double
  private static let least = 0.01

  private var isStarting = true
  private var periodStart: Nanoseconds
  private var answers = 0
  private var rejections = 0
  private var seconds = 0.0
  /// The level was reached, so a higher level might have done more.
  private var wasFull = false
  /// The number of periods in a row in which nothing spoke against growing.
  private var goodPeriods = 0
  /// The mean answer times of the last periods.
  private var recent: [Double] = []
  private var lastBegin: Nanoseconds = 0
  private var lastMean = 0.0

  /// The number of periods among which the best time is looked for.
  private static let memory = 30
  private static let fastPeriod: Nanoseconds = .milliseconds(100)
  private static let slowPeriod: Nanoseconds = .seconds(1)
  /// A mean time counts as slower only if it exceeds the best by more than this.
  private static let noise = 0.003

  init(from first: Int = 8, most: Int, now: Nanoseconds) {
    level = Double(min(first, most))
    self.most = Double(most)
    periodStart = now
  }

  /// The number of requests that may be in flight.
  var limit: Int { max(1, Int(saturating: level)) }

  /// When the next request may be begun; `nil` for at once.
  func nextBegin(_ now: Nanoseconds) -> Nanoseconds? {
    guard level < 1, lastBegin > 0 else { return nil }
    // The best time is used since it stays the same while other times vary.
    let next = lastBegin + .seconds(min(60, max(0.001, recent.min() ?? 0) / level))
    return next > now ? next : nil
  }

  mutating func noteBegin(inFlight: Int, now: Nanoseconds) {
    lastBegin = now
    if inFlight >= limit { wasFull = true }
  }

  /// Counts the outcome of a request.
  mutating func note(_ outcome: Outcome, begun: Nanoseconds, now: Nanoseconds) {
    // This request was begun under another level.
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
