import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// The terminal that messages go to, with a progress line below them. Everything that is written to
/// the terminal goes through here: also results, if they go there, and what commands write to
/// standard error. So the line is erased before anything else is written, drawn again afterwards,
/// and never drawn in the middle of another line.
///
/// The cursor stays at the beginning of the line. If the terminal becomes narrower, the line may
/// wrap, but it still begins at the cursor. So erasing from the cursor on erases the whole line and
/// nothing else. The cursor is never hidden, so there is nothing to restore however the run ends.
final class Screen: SharedOutput {
  let descriptor: CInt
  /// Keeps a second descriptor open whose writes never wait; see ``ResultSink``.
  private let reopened: OwnedDescriptor?
  /// The line to draw; empty for none.
  private var line = ByteBuffer()
  private var isDrawn = false
  private var isCurrent = false
  /// Bytes that are still to be written.
  private var output = ByteBuffer()
  private var isBlocked = false
  private var isInMiddleOfLine = false
  /// Messages that came in the middle of a line.
  private var held = ByteBuffer()

  /// The most that is written at a time if a write may wait.
  private static let carefulLength = 4096
  /// Erases the line, and what it has wrapped to below (ECMA-48, EL and ED). With ED alone, on the
  /// first line of the screen, tmux would take this for clearing the screen, and would keep the
  /// line.
  private static let erase: StaticString = "\r\u{1B}[K\u{1B}[J"

  /// - Parameter descriptor: a terminal, lent.
  init(_ descriptor: CInt) {
    if let second = Descriptor.reopenNonblocking(writing: descriptor) {
      self.descriptor = second.number
      reopened = consume second
    } else {
      self.descriptor = descriptor
      reopened = nil
    }
  }

  var columns: Int? { Terminal.columns(descriptor) }

  var isWaiting: Bool { isBlocked }

  // MARK: The line

  /// Shows a line below everything else. It replaces the line before.
  func show(_ text: ShownLine) {
    line.removeAll()
    line.append(text: text.text)
    isCurrent = false
    writeSome()
  }

  /// Erases the line, until another one is shown.
  func hide() {
    line.removeAll()
    if isDrawn { output.append(Self.erase) }
    isDrawn = false
    isCurrent = false
    writeSome()
  }

  private func draw() {
    // While the terminal takes no more, a line would be out of date before it is shown.
    if isCurrent || isBlocked || isInMiddleOfLine || line.isEmpty { return }
    // Another job has the terminal now, and the line would disturb it.
    if Terminal.isElsewhere(descriptor) {
      isDrawn = false
      return
    }
    // The new line is written over the old one, so that there is always a line to see.
    output.append("\r")
    output.append(line.view)
    output.append("\u{1B}[J\r")
    isDrawn = true
    isCurrent = true
  }

  // MARK: What else is written

  func add(_ bytes: ByteView) {
    guard !bytes.isEmpty else { return }
    if isDrawn { output.append(Self.erase) }
    isDrawn = false
    isCurrent = false
    output.append(bytes)
    isInMiddleOfLine = bytes[bytes.count - 1] != 0x0A
    if !isInMiddleOfLine, !held.isEmpty {
      output.append(held.view)
      held.removeAll()
    }
  }

  /// Adds whole lines that are not results. They never come in the middle of a result's line.
  func say(_ lines: ByteView) {
    if isInMiddleOfLine {
      held.append(lines)
    } else {
      add(lines)
    }
  }

  func flush() throws(SystemError) {
    draw()
    isBlocked = false
    while !output.isEmpty {
      do throws(SystemError) {
        guard let count = try write(output.view) else {
          isBlocked = true
          return
        }
        output.removeFirst(count)
      } catch {
        output.removeAll()
        throw error
      }
    }
  }

  /// As ``flush()``, but a failure is no reason to end the run.
  func writeSome() { try? flush() }

  private func write(_ bytes: ByteView) throws(SystemError) -> Int? {
    if reopened != nil { return try Descriptor.write(descriptor, bytes) }
    guard try Descriptor.isReady(.writable, descriptor) else { return nil }
    return try Descriptor.write(descriptor, bytes.head(Self.carefulLength))
  }

  /// Erases the line for good, and writes the rest, waiting as long as needed.
  func finish() {
    line.removeAll()
    if isDrawn { output.append(Self.erase) }
    isDrawn = false
    // A result was cut off in the middle of its line.
    if isInMiddleOfLine { add(ByteView("\n")) }
    while !output.isEmpty {
      writeSome()
      if isBlocked { try? Descriptor.wait(until: .writable, descriptor) }
    }
  }
}
