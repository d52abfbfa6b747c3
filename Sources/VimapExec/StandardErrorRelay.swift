import VimapBytes
import VimapSystem

/// Passes a command's standard error on, whole lines at a time, and keeps its tail to show with an
/// exception.
final class StandardErrorRelay {
  private let target: CInt
  private let prefix: String
  /// Everything is passed on as lines that are short enough to be kept together.
  private let cutsLines: Bool
  private var pending = ByteBuffer()
  private var tail = ByteBuffer()

  private static let tailLength = 4096
  /// A line is held back to be passed on whole up to this length: what write(2) keeps together on
  /// a pipe (PIPE_BUF, pipe(7)).
  private static let lineLength = 4096

  /// - Parameters:
  ///   - target: where lines go, lent; -1 for nowhere.
  ///   - prefix: what each line begins with, if lines of several commands are to be told apart. A
  ///     line that is too long to be kept together is cut into several then.
  init(target: CInt, prefix: String) {
    self.target = target
    self.prefix = prefix
    cutsLines = !prefix.isEmpty
  }

  /// The end of what the command has written since it was started.
  var traceback: String {
    let view = tail.view
    return view.slice(max(0, view.count - Self.tailLength)).text
  }

  /// The last line that says something.
  var lastLine: String? {
    var rest = tail.view.trimmed()
    if let end = rest.lastIndex(of: 0x0A) { rest = rest.slice(end + 1) }
    return rest.isEmpty ? nil : rest.head(200).text
  }

  /// Forgets the tail, for a command that is started anew.
  func startAnew() {
    tail.removeAll()
  }

  /// Reads once, so that a command which never stops writing keeps nobody from anything else;
  /// `false` at the end.
  func read(from descriptor: CInt) -> Bool {
    let before = pending.count
    guard let count = try? Descriptor.read(descriptor, into: &pending, limit: 64 << 10) else {
      return true
    }
    if count == 0 {
      finish()
      return false
    }
    tail.append(pending.view.slice(before))
    if tail.count > 4 * Self.tailLength { tail.removeFirst(tail.count - Self.tailLength) }
    passLinesOn()
    return true
  }

  /// Passes on a last line without a line feed.
  func finish() {
    if pending.isEmpty { return }
    pending.append(0x0A)
    passLinesOn()
  }

  private func passLinesOn() {
    while let end = pending.view.firstIndex(of: 0x0A) {
      pass(pending.view.head(end + 1))
      pending.removeFirst(end + 1)
    }
    if pending.count > Self.lineLength {
      pass(pending.view)
      pending.removeAll()
    }
  }

  private func pass(_ line: ByteView) {
    guard target >= 0 else { return }
    guard cutsLines else { return write(line) }
    let room = Self.lineLength - prefix.utf8.count - 1
    var rest = line
    while rest.count > room + 1 {
      write(rest.head(room), ended: false)
      rest = rest.slice(room)
    }
    write(rest, ended: rest[rest.count - 1] == 0x0A)
  }

  private func write(_ line: ByteView, ended: Bool = true) {
    var text = ByteBuffer(capacity: 256)
    text.append(text: prefix)
    text.append(line)
    if !ended { text.append(0x0A) }
    // A standard error that cannot be written to is no reason to lose a record.
    try? Descriptor.writeAll(target, text.view)
  }
}
