import CVimapSystem
import VimapBytes

/// The descriptors that a loop waits for, if there are many (epoll(7)). A wait costs as much as
/// there are ready descriptors, and not as much as there are watched ones, as with a ``PollSet``.
/// But each change is a system call.
public struct EventSet: ~Copyable {
  private let descriptor: OwnedDescriptor
  private var events: [epoll_event]

  /// How many descriptors the last wait found ready.
  public private(set) var count = 0

  /// - Parameter room: the most ready descriptors that one wait reports.
  public init(room: Int = 128) throws(SystemError) {
    descriptor = OwnedDescriptor(
      taking: try systemCall("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) })
    events = Array(repeating: epoll_event(), count: room)
  }

  /// Watches a descriptor, which is lent. Closing its last copy ends the watch.
  /// - Parameter onceEach: report each arrival once (EPOLLET), and not as long as the descriptor is
  ///   ready.
  public func add(
    _ watched: CInt, _ interest: Readiness, onceEach: Bool = false
  ) throws(SystemError) {
    try control(EPOLL_CTL_ADD, watched, interest, flags: onceEach ? EPOLLET.rawValue : 0)
  }

  /// Changes what a descriptor is watched for.
  public func change(_ watched: CInt, _ interest: Readiness) throws(SystemError) {
    try control(EPOLL_CTL_MOD, watched, interest, flags: 0)
  }

  /// Stops watching a descriptor. It is no error if it isn't watched, or is closed.
  public func remove(_ watched: CInt) {
    _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, watched, nil)
  }

  private func control(
    _ operation: CInt, _ watched: CInt, _ interest: Readiness, flags: UInt32
  ) throws(SystemError) {
    // For the bits of Readiness, epoll and poll use the same values.
    let bits = UInt32(UInt16(bitPattern: interest.rawValue)) | flags
    var event = epoll_event(events: bits, data: epoll_data_t(fd: watched))
    try systemCall("epoll_ctl") { epoll_ctl(descriptor.number, operation, watched, &event) }
  }

  /// Waits until a descriptor is ready or the time is up.
  /// - Parameter milliseconds: `nil` waits without a limit.
  public mutating func wait(milliseconds: Int?) throws(SystemError) {
    let limit = milliseconds.map { CInt(clamping: $0) } ?? -1
    count = 0
    count = try systemCall("epoll_wait") {
      Int(epoll_wait(descriptor.number, &events, CInt(events.count), limit))
    }
  }

  /// One of the ready descriptors, by a number from 0 to below ``count``.
  public subscript(index: Int) -> (descriptor: CInt, readiness: Readiness) {
    let event = events[index]
    // lint: only the lower bits are asked for
    return (event.data.fd, Readiness(rawValue: Int16(truncatingIfNeeded: event.events)))
  }
}
