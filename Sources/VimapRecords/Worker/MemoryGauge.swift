import VimapBytes
import VimapKit
import VimapSystem

/// Tells when a worker uses more memory than it may.
///
/// It measures only now and then. Measuring may mean looking at every process that there is, and
/// must take only a small part of the time.
struct MemoryGauge {
  /// The most bytes that the worker may use. `nil` is no limit, and nothing is measured.
  let limit: Int?
  private var next: Nanoseconds = 0

  private static let interval: Nanoseconds = .milliseconds(250)
  /// Measuring may take one part in so many of the time.
  private static let parts: Nanoseconds = 50

  init(limit: Int?) {
    self.limit = limit
  }

  mutating func isPast(_ measure: () -> Int, clock: () -> Nanoseconds = Clock.now) -> Bool {
    guard let limit, case let start = clock(), start >= next else { return false }
    let bytes = measure()
    let end = clock()
    next = end.plus(max(Self.interval, (end - start).times(Self.parts)))
    return bytes > limit
  }
}
