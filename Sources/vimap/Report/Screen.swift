import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// The terminal that messages go to, with a line about the run below them. All that is written
/// there comes through here: results too, where they go to the same terminal, and what commands
/// write to standard error. So the line is taken away before anything else, put back after it, and
/// never drawn in the middle of a line.
///
/// The cursor stays where the line begins. Where the terminal becomes narrower, the line may wrap,
/// but it still begins at the cursor, and what is erased from there on is the line, all of it, and
/// nothing else. The cursor is never hidden: there is nothing to restore, however the run ends.
final class Screen: SharedOutput {
  let descriptor: CInt
  /// Keeps the second opening, which does not wait; see ``ResultSink``.
  private let reopened: OwnedDescriptor?
  /// The line as it is to be; empty for none.
  private var line = ByteBuffer()
  private var isDrawn = false
  private var isCurrent = false
  /// What is to be written.
  private var output = ByteBuffer()
  private var isBlocked = false
  private var isInMiddleOfLine = false
  /// Messages that came in the middle of a line.
  private var held = ByteBuffer()

  /// As much is written at a time where a write may wait.
  private static let carefulLength = 4096
  /// Erases the line, and what it was wrapped to behind it (ECMA-48, EL and ED). Without the first,
  /// tmux would take it for a screen that is cleared, where it is the first one, and keep it.
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

  /// Shows a line below all else, in the place of the one before.
  func show(_ text: ShownLine) {
    line.removeAll()
    line.append(text: text.text)
    isCurrent = false
    writeSome()
  }

  /// Takes the line away until there is another.
  func hide() {
    line.removeAll()
    if isDrawn { output.append(Self.erase) }
    isDrawn = false
    isCurrent = false
    writeSome()
  }

  private func draw() {
    // Who can't take what there is has no use for a line that is out of date by then.
    if isCurrent || isBlocked || isInMiddleOfLine || line.isEmpty { return }
    // It would be in the way of whatever has the terminal now.
    if Terminal.isElsewhere(descriptor) {
      isDrawn = false
      return
    }
    // Written over the one before, so that there is no moment without one.
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

  /// Adds whole lines that are no results; not in the middle of a result's line.
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

  /// As ``flush()``, where it is no reason to end a run that it cannot be done.
  func writeSome() { try? flush() }

  private func write(_ bytes: ByteView) throws(SystemError) -> Int? {
    if reopened != nil { return try Descriptor.write(descriptor, bytes) }
    guard try Descriptor.isReady(.writable, descriptor) else { return nil }
    return try Descriptor.write(descriptor, bytes.head(Self.carefulLength))
  }

  /// Takes the line away for good, and writes what there is, waiting as long as it takes.
  func finish() {
    line.removeAll()
    if isDrawn { output.append(Self.erase) }
    isDrawn = false
    // A result that was given up half-way.
    if isInMiddleOfLine { add(ByteView("\n")) }
    while !output.isEmpty {
      writeSome()
      if isBlocked { try? Descriptor.wait(until: .writable, descriptor) }
    }
  }
}
