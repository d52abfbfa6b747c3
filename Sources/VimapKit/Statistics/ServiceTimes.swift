import Histogram
import VimapSystem

/// How long the tries of a run took (service times), as a distribution.
///
/// Times are known to about one percent; ``max`` and ``mean`` are exact.
public struct ServiceTimes: Sendable, Equatable {
  private var histogram: Histogram<UInt64>
  private var total: Nanoseconds = 0
  private var longest: Nanoseconds = 0

  init(_ tables: [ServiceTable]) {
    histogram = Histogram(
      highestTrackableValue: ServiceTable.longest, numberOfSignificantValueDigits: .three)
    for table in tables {
      table.forEach { histogram.record($0, count: $1) }
      total += table.total
      longest = Swift.max(longest, table.maximum)
    }
  }

  /// How many tries were timed: those that a worker has answered.
  public var count: Int { Int(clamping: histogram.totalCount) }

  /// The mean time.
  public var mean: Duration {
    count == 0 ? .zero : .nanoseconds(Int64(clamping: total / histogram.totalCount))
  }

  /// The longest time.
  public var max: Duration { .nanoseconds(Int64(clamping: longest)) }

  /// The time that a share of the tries did not exceed: 0.5 gives the median.
  public func quantile(_ share: Double) -> Duration {
    let value = histogram.valueAtPercentile(100 * Swift.min(1, Swift.max(0, share)))
    return .nanoseconds(Int64(clamping: Swift.min(value, longest)))
  }

  /// How many tries took at least the lower bound, and less than the upper one, to about one percent
  /// of these.
  public func count(in range: Range<Duration>) -> Int {
    let (low, high) = (range.lowerBound.nanoseconds, range.upperBound.nanoseconds)
    guard high > low, low < ServiceTable.longest else { return 0 }
    return counts(below: high) - counts(below: low)
  }

  private func counts(below time: Nanoseconds) -> Int {
    guard time > 0 else { return 0 }
    let last = Swift.min(time, ServiceTable.longest) - 1
    return Int(clamping: histogram.count(within: 0...last))
  }
}
