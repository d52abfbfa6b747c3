import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// What commands write to standard error, on its way to a screen.
///
/// Workers write whole lines, each at once and none longer than what a pipe keeps together
/// (PIPE_BUF, pipe(7)), so those of several workers do not mix. While the screen takes no more,
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

  /// In a worker: when this program ends, nobody is there to read.
  func leaveReading() { reading = nil }

  /// What workers write to.
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

  /// Passes on what was left when all workers had ended.
  func finish() { while passOn() {} }
}
