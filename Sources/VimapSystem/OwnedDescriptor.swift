import CVimapSystem
import Glibc
import VimapBytes

/// A file descriptor with a single owner. It is closed when the owner is destroyed.
public struct OwnedDescriptor: ~Copyable {
  /// The number, lent: valid as long as the owner lives.
  public let number: CInt

  public init(taking number: CInt) {
    self.number = number
  }

  deinit { _ = Glibc.close(number) }

  /// Gives the number to the caller, who must close it.
  public consuming func release() -> CInt {
    let number = number
    discard self
    return number
  }
}

/// A file descriptor that is closed when the last of its owners is released.
public final class SharedDescriptor {
  public let number: CInt

  public init(taking number: CInt) {
    self.number = number
  }

  deinit { _ = Glibc.close(number) }
}

/// A pipe's two ends, closed on exec.
public struct Pipe: ~Copyable {
  public let reading: OwnedDescriptor
  public let writing: OwnedDescriptor

  public init() throws(SystemError) {
    var ends: (reading: CInt, writing: CInt) = (-1, -1)
    try systemCall("pipe2") { vimap_pipe(&ends.reading, &ends.writing) }
    reading = OwnedDescriptor(taking: ends.reading)
    writing = OwnedDescriptor(taking: ends.writing)
  }

  /// Splits the pipe into its ends.
  public consuming func ends() -> PipeEnds {
    PipeEnds(reading: reading, writing: writing)
  }
}

/// The two ends of a pipe, which can have different owners.
public struct PipeEnds: ~Copyable {
  public var reading: OwnedDescriptor?
  public var writing: OwnedDescriptor?
}

/// Calls on descriptors that somebody else owns.
public enum Descriptor {
  /// Reads once into `memory`. Returns 0 at the end, and `nil` if the descriptor does not wait and
  /// has nothing yet.
  public static func read(
    _ descriptor: CInt, into memory: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int? {
    try systemCallUnlessWaiting("read") {
      Glibc.read(descriptor, memory.baseAddress, memory.count)
    }
  }

  /// Reads once to the end of `buffer`, at most `limit` bytes; as ``read(_:into:)``.
  public static func read(
    _ descriptor: CInt, into buffer: inout ByteBuffer, limit: Int
  ) throws(SystemError) -> Int? {
    var waiting = false
    let length = try buffer.appendUnsafe(room: limit) { (memory) throws(SystemError) in
      let room = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(limit))
      guard let length = try read(descriptor, into: room) else {
        waiting = true
        return 0
      }
      return length
    }
    return waiting ? nil : length
  }

  /// Writes once. Returns how many bytes were taken, or `nil` if the write would have to wait.
  public static func write(_ descriptor: CInt, _ bytes: ByteView) throws(SystemError) -> Int? {
    try bytes.withUnsafeBytes { (memory) throws(SystemError) in
      try systemCallUnlessWaiting("write") {
        Glibc.write(descriptor, memory.baseAddress, memory.count)
      }
    }
  }

  /// As ``write(_:_:)``, to a socket, and without waiting even if the socket is set to wait.
  public static func sendWithoutWaiting(
    _ socket: CInt, _ bytes: ByteView
  ) throws(SystemError) -> Int? {
    try bytes.withUnsafeBytes { (memory) throws(SystemError) in
      try systemCallUnlessWaiting("write") {
        send(
          socket, memory.baseAddress, memory.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
      }
    }
  }

  /// Writes all of `bytes`, waiting as long as it takes.
  public static func writeAll(_ descriptor: CInt, _ bytes: ByteView) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty { rest = rest.slice(try writeSome(descriptor, rest)) }
  }

  /// Writes once, and waits until that is possible. Returns how many bytes were taken.
  public static func writeSome(
    _ descriptor: CInt, _ bytes: ByteView
  ) throws(SystemError) -> Int {
    while true {
      if let written = try write(descriptor, bytes) { return written }
      try wait(until: .writable, descriptor)
    }
  }

  /// Whether the descriptor number is open in this process.
  public static func isOpen(_ descriptor: CInt) -> Bool { vimap_is_open(descriptor) == 1 }

  /// Whether more than `count` descriptors are free after one that was just opened. A new
  /// descriptor always gets the lowest free number.
  public static func leaves(_ count: Int, behind number: CInt) -> Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return true }
    return UInt64(number) + UInt64(count) + 1 < UInt64(limit.rlim_cur)
  }

  public static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  /// Makes one end of our own pipe non-blocking. The other end stays as it is.
  public static func setNonblocking(pipe end: CInt) throws(SystemError) {
    try systemCall("fcntl") { vimap_set_pipe_nonblocking(end) }
  }

  /// Asks for a larger pipe. If that is refused (the user's quota of pipe memory), only speed is
  /// lost.
  public static func growPipe(_ descriptor: CInt, to bytes: Int) {
    _ = vimap_set_pipe_capacity(descriptor, CInt(bytes))
  }

  /// The bytes in a pipe that its reader has not taken yet.
  public static func unreadBytes(_ descriptor: CInt) -> Int {
    Int(vimap_unread_bytes(descriptor))
  }

  /// Whether the bytes that can be read from a socket now begin with a text.
  public static func peek(_ socket: CInt, startsWith text: StaticString) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: text.utf8CodeUnitCount, alignment: 1) { room in
      let length = recv(
        socket, room.baseAddress, room.count, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
      return length == room.count
        && ByteView(UnsafeRawBufferPointer(room)) == ByteView(text)
    }
  }

  /// Closes a descriptor, and makes it refer to the same file as `other`.
  public static func replace(
    _ descriptor: CInt, by other: borrowing OwnedDescriptor
  ) throws(SystemError) {
    try systemCall("dup3") { vimap_replace(descriptor, other.number) }
  }

  /// Where the words of workers go that a pool passes on.
  public static var standardError: CInt { STDERR_FILENO }

  /// Has the calling process, and what it starts, write its standard error there.
  public static func becomeStandardError(_ descriptor: CInt) throws(SystemError) {
    try systemCall("dup2") { dup2(descriptor, STDERR_FILENO) }
  }

  /// A socket whose connection has ended.
  public static func endedSocket() throws(SystemError) -> OwnedDescriptor {
    var ends: [CInt] = [-1, -1]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    try systemCall("socketpair") { socketpair(AF_UNIX, kind, 0, &ends) }
    _ = close(ends[1])
    return OwnedDescriptor(taking: ends[0])
  }

  public enum Readiness: Sendable {
    case readable, writable
  }

  /// Waits for one descriptor, without a limit.
  public static func wait(until readiness: Readiness, _ descriptor: CInt) throws(SystemError) {
    var entry = pollfd(fd: descriptor, events: events(readiness), revents: 0)
    try systemCall("poll") { poll(&entry, 1, -1) }
  }

  /// Whether a descriptor is ready now. It is also ready if it is at its end, or broken; a read
  /// will tell.
  public static func isReady(
    _ readiness: Readiness, _ descriptor: CInt
  ) throws(SystemError) -> Bool {
    var entry = pollfd(fd: descriptor, events: events(readiness), revents: 0)
    return try systemCall("poll") { poll(&entry, 1, 0) } > 0
  }

  private static func events(_ readiness: Readiness) -> Int16 {
    Int16(readiness == .readable ? POLLIN : POLLOUT)
  }
}
