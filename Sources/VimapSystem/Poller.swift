import CVimapSystem
import Dispatch
import Glibc

/// Waits for descriptors, in such a way that another thread can cut it short; for callers that must
/// not be held up, on a thread of its own: a task of Swift's concurrency shares its thread with
/// others.
///
/// One at a time may wait.
public final class Poller: Sendable {
  /// Made when it is first used, since a program that does not use it has one thread.
  private static let queue = DispatchQueue(label: "vimap.poller", attributes: .concurrent)
  /// Written to when a wait is to be cut short.
  private let signal: Signal?

  private final class Signal: Sendable {
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

    func send() { _ = write(writing, [1], 1) }

    func takeAll() {
      var rest = [UInt8](repeating: 0, count: 64)
      while read(reading, &rest, rest.count) == rest.count {}
    }

    deinit {
      close(reading)
      close(writing)
    }
  }

  public init() {
    signal = Signal()
  }

  /// Ends the wait that there is, or else the next one.
  public func wake() { signal?.send() }

  /// Waits until a place of the set is ready, the time is up, or somebody wakes this. The set
  /// itself learns of it by a `wait(milliseconds: 0)`.
  public func wait(_ places: PollPlaces, milliseconds: Int?) {
    places.wait(milliseconds: milliseconds, or: signal?.reading ?? -1)
    signal?.takeAll()
  }

  /// As the other, without holding up the caller's thread.
  /// - Parameters:
  ///   - heedsCancellation: whether cancelling the task ends the wait.
  ///   - isOver: called on the thread that has waited. The caller itself may go on much later, if
  ///     its actor is busy.
  public func wait(
    _ places: PollPlaces, milliseconds: Int?, heedsCancellation: Bool = true,
    isolation: isolated (any Actor)? = #isolation, isOver: @escaping @Sendable () -> Void = {}
  ) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Self.queue.async {
          self.wait(places, milliseconds: milliseconds)
          isOver()
          continuation.resume()
        }
      }
    } onCancel: {
      if heedsCancellation { wake() }
    }
  }
}

/// What a ``PollSet`` watches at some moment.
public struct PollPlaces: Sendable, Equatable {
  var places: [pollfd]

  /// None.
  public init() { places = [] }

  init(places: [pollfd]) { self.places = places }

  public static func == (one: PollPlaces, other: PollPlaces) -> Bool {
    one.places.elementsEqual(other.places) { $0.fd == $1.fd && $0.events == $1.events }
  }

  fileprivate func wait(milliseconds: Int?, or wake: CInt) {
    var places = places + [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
    // The result does not matter, since the caller polls again.
    _ = poll(&places, nfds_t(places.count), milliseconds.map { CInt(clamping: $0) } ?? -1)
  }
}
