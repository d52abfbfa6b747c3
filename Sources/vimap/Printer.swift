import VimapBytes
import VimapSystem

/// The only place that writes to users: whole lines, each with one write.
///
/// Messages contain text from elsewhere: names, records, and what servers and commands say. So
/// characters that would end a line or steer a terminal are escaped here, for all messages.
enum Printer {
  /// Prints `vimap: what: why`, as one line on standard error.
  /// - Parameter screen: standard error, if it is a terminal that others write to as well.
  static func say(_ message: String, on screen: Screen? = nil) {
    show(["vimap: \(message)"], on: screen)
  }

  /// Prints lines for users on standard error, all at once.
  static func show(_ lines: [String], on screen: Screen? = nil) {
    var bytes = ByteBuffer()
    for line in lines { bytes.append(text: "\(ShownLine(line).text)\n") }
    if let screen {
      screen.say(bytes.view)
      screen.writeSome()
    } else {
      // If nobody can read the message, there is nobody to report that to.
      try? Descriptor.writeAll(StandardDescriptor.error, bytes.view)
    }
  }

  /// Prints a text of this program that was asked for, on standard output.
  /// - Returns: whether it could be written.
  static func answer(_ text: String) -> Bool {
    var bytes = ByteBuffer()
    bytes.append(text: text.hasSuffix("\n") ? text : text + "\n")
    return (try? Descriptor.writeAll(StandardDescriptor.output, bytes.view)) != nil
  }

  /// Prints whole lines for programs, on standard output.
  static func put(_ lines: ByteView) throws(SystemError) {
    try Descriptor.writeAll(StandardDescriptor.output, lines)
  }
}

/// The three descriptors that a program starts with.
enum StandardDescriptor {
  static let input: CInt = 0
  static let output: CInt = 1
  static let error: CInt = 2
}
