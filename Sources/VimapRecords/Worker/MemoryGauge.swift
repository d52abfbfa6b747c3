import VimapBytes
import VimapKit
import VimapSystem

/// Tells when a worker has grown past what it may have.
///
/// It measures now and then, so that measuring, which can mean to look at every process there is,
/// takes no more than a small part of the time.
struct MemoryGauge {
  /// Most bytes the worker may have; `nil` is no limit, and nothing is measured.
  let limit: Int?
  private var next: Nanoseconds = 0

  private static let interval: Nanoseconds = .milliseconds(250)
  /// Of this much time, measuring may take one part.
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
