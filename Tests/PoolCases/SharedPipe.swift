import Glibc

/// A pipe that a case shares with the workers it forks. They put bytes in for the case to count, or
/// take out bytes that the case has put in, each of which one process gets.
final class SharedPipe: Sendable {
  private let reading: CInt
  private let writing: CInt

  init(_ bytes: Int = 0) throws {
    var ends: [CInt] = [-1, -1]
    try expect("pipe", pipe(&ends), 0)
    (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    for _ in 0..<bytes { put() }
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Puts a byte in. A pipe takes 65,536 before they are taken out.
  func put(_ byte: UInt8 = 1) { _ = write(writing, [byte], 1) }

  func put(_ character: Character) { put(character.asciiValue ?? 0) }

  /// Takes a byte, if there is one.
  func take() -> UInt8? {
    var byte: UInt8 = 0
    return read(reading, &byte, 1) == 1 ? byte : nil
  }

  /// Takes all bytes there are, as characters.
  func takeAll() -> String {
    var bytes: [UInt8] = []
    while let byte = take() { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Takes all bytes there are, and counts them.
  func count() -> Int { takeAll().utf8.count }

  /// How many bytes there are, which stay where they are.
  var unread: Int {
    var count: CInt = 0
    return ioctl(reading, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
  }

  /// Waits for a byte and takes it.
  func wait() {
    while take() == nil { waitForAny() }
  }

  /// Waits until there is a byte, and leaves it where it is: a gate that stays open.
  func waitForAny() {
    var place = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
    while poll(&place, 1, -1) < 1 {}
  }
}
