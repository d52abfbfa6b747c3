import VimapBytes
import VimapSystem

/// The only place that talks to a person: whole lines, each by one write.
enum Printer {
  /// `vimap: what: why`, on standard error.
  static func complain(_ message: String) {
    write(text: "vimap: \(message)\n", to: StandardDescriptor.error)
  }

  /// Whole lines for a person, on standard error.
  static func show(_ lines: String) { write(text: lines, to: StandardDescriptor.error) }

  /// Text that was asked for, on standard output.
  /// - Returns: whether it could be written.
  @discardableResult
  static func answer(_ text: String) -> Bool {
    write(text: text.hasSuffix("\n") ? text : text + "\n", to: StandardDescriptor.output)
  }

  /// Whole lines that were asked for, on standard output.
  static func put(_ lines: ByteView) throws(SystemError) {
    try Descriptor.writeAll(StandardDescriptor.output, lines)
  }

  @discardableResult
  private static func write(text: String, to descriptor: CInt) -> Bool {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    return write(buffer.view, to: descriptor)
  }

  /// Whole lines.
  /// - Returns: whether they could be written.
  @discardableResult
  static func write(_ lines: ByteView, to descriptor: CInt) -> Bool {
    (try? Descriptor.writeAll(descriptor, lines)) != nil
  }
}

/// The three descriptors that a program starts with.
enum StandardDescriptor {
  static let input: CInt = 0
  static let output: CInt = 1
  static let error: CInt = 2
}
