import Histogram
import VimapKit
import VimapSystem

/// How long the tries of a run took (service times), as a distribution.
///
/// Times are known to about one percent; ``max`` and ``mean`` are exact.
package struct ServiceTimes: Sendable, Equatable {
  private struct Bucket: Equatable {
    var time: Nanoseconds
    var count: UInt64
  }

  private var histogram: Histogram<UInt64>
  /// The counts of the histogram, in order. Its own iterators take as long as a small run.
  private var buckets: [Bucket] = []
  private var total: Nanoseconds = 0
  private var longest: Nanoseconds = 0

  init(_ tables: [ServiceTable]) {
    var counts = [UInt64](repeating: 0, count: tables.isEmpty ? 0 : ServiceTable.placeCount)
    for table in tables {
      table.add(to: &counts)
      total &+= table.total
      longest = Swift.max(longest, table.maximum)
    }
    // Two digits mean the same parts of an octave as in the tables.
    histogram = Histogram(
      highestTrackableValue: ServiceTable.longest, numberOfSignificantValueDigits: .two)
    for (place, count) in counts.enumerated() where count > 0 {
      let time = ServiceTable.middle(of: place)
      histogram.record(time, count: count)
      buckets.append(Bucket(time: time, count: count))
    }
  }

  /// How many tries were timed: those that a worker has answered.
  package var count: Int { Int(clamping: histogram.totalCount) }

  /// The mean time.
  package var mean: Duration {
    histogram.totalCount == 0 ? .zero : .nanoseconds(Int64(clamping: total / histogram.totalCount))
  }

  /// The longest time.
  package var max: Duration { .nanoseconds(Int64(clamping: longest)) }

  /// The time that this share of the tries did not exceed: 0.5 gives the median.
  package func quantile(_ share: Double) -> Duration {
    let value = histogram.valueAtPercentile(100 * Swift.min(1, Swift.max(0, share)))
    return .nanoseconds(Int64(clamping: Swift.min(value, longest)))
  }

  /// How many tries took at least the lower bound and less than the upper bound. The bounds are
  /// exact to about one percent.
  package func count(in range: Range<Duration>) -> Int {
    let times = range.lowerBound.nanoseconds..<range.upperBound.nanoseconds
    return Int(clamping: buckets.reduce(0) { times.contains($1.time) ? $0 &+ $1.count : $0 })
  }
}
