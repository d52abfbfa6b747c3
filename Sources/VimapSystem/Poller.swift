import CVimapSystem
import Dispatch
import Glibc

/// Waits for descriptors on a thread of its own, for callers that must not block: a task of Swift's
/// concurrency shares its thread with others.
public final class Poller: Sendable {
  private let queue = DispatchQueue(label: "vimap.poller")
  /// Written to when a wait must end early.
  private let wake: Wake?

  private final class Wake: Sendable {
    let reading: CInt
    let writing: CInt

    init?() {
      var pipe: (reading: CInt, writing: CInt) = (-1, -1)
      guard vimap_pipe(&pipe.reading, &pipe.writing) == 0 else { return nil }
      reading = pipe.reading
      writing = pipe.writing
      vimap_set_pipe_nonblocking(reading)
      vimap_set_pipe_nonblocking(writing)
    }

    deinit {
      close(reading)
      close(writing)
    }
  }

  public init() {
    wake = Wake()
  }

  /// Waits until a place of the set is ready, the time is up, or the calling task is cancelled.
  /// After that, `wait(milliseconds: 0)` tells the set what is ready.
  /// - Parameter heedsCancellation: whether cancelling the task ends the wait.
  public func wait(
    _ places: PollPlaces, milliseconds: Int?, heedsCancellation: Bool = true,
    isolation: isolated (any Actor)? = #isolation
  ) async {
    let wake = self.wake
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async {
          places.wait(milliseconds: milliseconds, or: wake?.reading ?? -1)
          var rest = [UInt8](repeating: 0, count: 16)
          if let wake { _ = read(wake.reading, &rest, rest.count) }
          continuation.resume()
        }
      }
    } onCancel: {
      if heedsCancellation, let wake { _ = write(wake.writing, [1], 1) }
    }
  }
}

/// What a ``PollSet`` watches at a certain moment.
public struct PollPlaces: Sendable {
  var places: [pollfd]

  fileprivate func wait(milliseconds: Int?, or wake: CInt) {
    var places = places + [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
    // The result does not matter, since the caller polls again.
    _ = poll(&places, nfds_t(places.count), milliseconds.map { CInt(clamping: $0) } ?? -1)
  }
}
