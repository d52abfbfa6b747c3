import VimapBytes
import VimapSystem

/// The only place that talks to a person: whole lines, each by one write.
///
/// Messages are made of what others wrote: names, records, servers' and commands' words. So here,
/// and for all of them, what would end a line or steer a terminal becomes an escape.
enum Printer {
  /// `vimap: what: why`, one line on standard error.
  /// - Parameter screen: standard error, where it is a terminal that others write to as well.
  static func say(_ message: String, on screen: Screen? = nil) {
    show(["vimap: \(message)"], on: screen)
  }

  /// Lines for a person, on standard error, all at once.
  static func show(_ lines: [String], on screen: Screen? = nil) {
    var bytes = ByteBuffer()
    for line in lines { bytes.append(text: "\(ShownLine(line).text)\n") }
    if let screen {
      screen.say(bytes.view)
      screen.writeSome()
    } else {
      // Where there is nobody to say it to, there is nothing to be done about it either.
      try? Descriptor.writeAll(StandardDescriptor.error, bytes.view)
    }
  }

  /// Text of this program's own that was asked for, on standard output.
  /// - Returns: whether it could be written.
  static func answer(_ text: String) -> Bool {
    var bytes = ByteBuffer()
    bytes.append(text: text.hasSuffix("\n") ? text : text + "\n")
    return (try? Descriptor.writeAll(StandardDescriptor.output, bytes.view)) != nil
  }

  /// Whole lines for programs that were asked for, on standard output.
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
