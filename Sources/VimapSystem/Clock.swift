import Glibc
import VimapBytes

/// A moment on the monotonic clock, in nanoseconds.
public typealias Nanoseconds = UInt64

public enum Clock {
  /// Time that does not count in this process. Only a process with a single thread leaves time out.
  nonisolated(unsafe) private static var leftOut: Nanoseconds = 0

  /// Now, on a clock that is never set back (CLOCK_MONOTONIC).
  public static func now() -> Nanoseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.nanoseconds - leftOut
  }

  /// Sets this process's clock back to a moment, so that the time since then does not count.
  public static func goBack(to moment: Nanoseconds) {
    let now = now()
    if moment < now { leftOut += now - moment }
  }

  /// The time of day in seconds since 1970, for comparison with other programs' times.
  public static func timeOfDay() -> Int { time(nil) }

  /// Does nothing for a short time.
  static func pause(milliseconds: UInt32) { usleep(milliseconds.times(1000)) }

  /// The current time on the same clock, a few milliseconds old at most. It costs a fraction of
  /// ``now()`` (CLOCK_MONOTONIC_COARSE).
  public static func roughlyNow() -> Nanoseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return time.nanoseconds
  }
}

extension timespec {
  fileprivate var nanoseconds: Nanoseconds {
    Nanoseconds(tv_sec).times(1_000_000_000).plus(Nanoseconds(tv_nsec))
  }
}

extension Nanoseconds {
  /// So many milliseconds. A negative number counts as 0, and a number that is too large as the
  /// most.
  public static func milliseconds(_ count: Int) -> Nanoseconds {
    Nanoseconds(clamping: count).times(1_000_000)
  }

  /// So many seconds, limited as in ``milliseconds(_:)``.
  public static func seconds(_ count: Double) -> Nanoseconds {
    Nanoseconds(saturating: count * 1e9)
  }

  /// The time from `now` until this moment, rounded up to whole milliseconds; 0 if it has passed.
  public func millisecondsFrom(_ now: Nanoseconds) -> Int {
    self <= now ? 0 : Int((self - now).plus(999_999) / 1_000_000)
  }
}
