/// How fast a number has grown over the last seconds.
struct RateMeter {
  /// The number of seconds to look at.
  let window: Double
  private var samples: [(time: Double, value: Double)] = []
  private var latest: (time: Double, value: Double) = (0, 0)

  /// The number of samples kept for a window.
  private static let resolution = 20.0

  init(window: Double) {
    self.window = window
  }

  /// Notes the number at a time, in seconds.
  mutating func note(_ value: Double, at time: Double) {
    if samples.isEmpty { samples.append((0, 0)) }
    latest = (time, value)
    if time - samples[samples.count - 1].time >= window / Self.resolution {
      samples.append(latest)
    }
    // The window begins with the last sample before it.
    while samples.count > 1, samples[1].time <= time - window { samples.removeFirst() }
  }

  /// The number of samples kept.
  var count: Int { samples.count }

  /// `nil` as long as the rate is unknown.
  var perSecond: Double? {
    guard let first = samples.first, latest.time > first.time else { return nil }
    return (latest.value - first.value) / (latest.time - first.time)
  }
}
