import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Carries what commands write to standard error to the screen.
///
/// Workers write whole lines, each with one write, and none longer than what a pipe keeps together
/// (PIPE_BUF, pipe(7)). So lines of several workers do not mix. While the screen takes no more,
/// nothing is read, and workers wait as they would at the terminal.
final class ErrorPipe {
  private var reading: OwnedDescriptor?
  private let writing: OwnedDescriptor
  private let screen: Screen
  private var buffer = ByteBuffer()

  init(to screen: Screen) throws(SystemError) {
    var ends = try Pipe().ends()
    guard let reading = ends.reading.take(), let writing = ends.writing.take() else {
      throw SystemError(call: "pipe2", code: .badFileDescriptor)
    }
    try Descriptor.setNonblocking(pipe: reading.number)
    self.reading = consume reading
    self.writing = writing
    self.screen = screen
  }

  /// Closes the reading end in a worker. Otherwise the pipe would still have a reader after this
  /// program has ended.
  func leaveReading() { reading = nil }

  /// The descriptor that workers write to.
  var target: CInt { writing.number }

  func watch(_ pool: RecordPool) {
    guard let reading = reading?.number else { return }
    pool.watch(reading, while: { [screen] in !screen.isWaiting }) { [unowned self] in
      passOn()
    }
  }

  /// Passes on what has come.
  /// - Returns: whether there was something.
  @discardableResult
  func passOn() -> Bool {
    guard let reading = reading?.number,
      let count = try? Descriptor.read(reading, into: &buffer, limit: 64 << 10),
      count > 0
    else { return false }
    guard let end = buffer.view.lastIndex(of: 0x0A) else { return true }
    screen.say(buffer.view.head(end + 1))
    buffer.removeFirst(end + 1)
    screen.writeSome()
    return true
  }

  /// Passes on the rest when all workers have ended.
  func finish() { while passOn() {} }
}
