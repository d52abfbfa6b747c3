import CVimapSystem
import VimapBytes

/// The descriptors one loop waits on, where they are many: waiting costs what is ready, not what is
/// watched as in a ``PollSet``, but each change is a system call (epoll(7)).
public struct EventSet: ~Copyable {
  private let descriptor: OwnedDescriptor
  private var events: [epoll_event]

  /// How many descriptors the last wait found ready.
  public private(set) var count = 0

  /// - Parameter room: how many ready descriptors one wait tells of, at most.
  public init(room: Int = 128) throws(SystemError) {
    descriptor = OwnedDescriptor(
      taking: try systemCall("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) })
    events = Array(repeating: epoll_event(), count: room)
  }

  /// Watches one more descriptor, which is lent; closing its last copy ends the watch.
  /// - Parameter onceEach: tell of each arrival once (EPOLLET), instead of as long as the
  ///   descriptor is ready.
  public func add(
    _ watched: CInt, _ interest: Readiness, onceEach: Bool = false
  ) throws(SystemError) {
    try control(EPOLL_CTL_ADD, watched, interest, flags: onceEach ? EPOLLET.rawValue : 0)
  }

  /// Changes what a descriptor is watched for.
  public func change(_ watched: CInt, _ interest: Readiness) throws(SystemError) {
    try control(EPOLL_CTL_MOD, watched, interest, flags: 0)
  }

  /// Watches a descriptor no longer; one that isn't watched, or is closed, is no error.
  public func remove(_ watched: CInt) {
    _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, watched, nil)
  }

  private func control(
    _ operation: CInt, _ watched: CInt, _ interest: Readiness, flags: UInt32
  ) throws(SystemError) {
    // epoll's bits are poll's, as far as Readiness goes.
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

  /// One of the ready descriptors, from 0 to ``count``.
  public subscript(index: Int) -> (descriptor: CInt, readiness: Readiness) {
    let event = events[index]
    // lint: what is asked for are the lower bits
    return (event.data.fd, Readiness(rawValue: Int16(truncatingIfNeeded: event.events)))
  }
}
