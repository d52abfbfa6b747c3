import VimapBytes

/// A command line for a shell, made of bytes that come out of the shell again as they went in, and
/// that a terminal shows as they are (``VimapBytes/ByteBuffer/append(shellWord:)``). A line feed
/// within a word stays, so a line can be several. Strings are texts of the system
/// (``Swift/String/init(system:)``).
package struct ShellLine: ~Copyable {
  private var buffer = ByteBuffer()
  private var isAtStart = true

  package init() {}

  /// All that was written since it was last emptied.
  package var bytes: ByteView { buffer.view }

  package mutating func removeAll() {
    buffer.removeAll()
    isAtStart = true
  }

  /// Adds what the shell is to understand, such as `|` or a name of its own.
  package mutating func add(syntax: StaticString) {
    separate()
    buffer.append(syntax)
  }

  /// Adds a word that the shell takes as it is.
  package mutating func add(word: ByteView) {
    separate()
    buffer.append(shellWord: word)
  }

  /// Adds a word that the shell takes as it is.
  package mutating func add(word: String) {
    var text = ByteBuffer()
    text.append(system: word)
    add(word: text.view)
  }

  /// Adds an assignment, `NAME=VALUE`, for `env`; of which only the value is quoted.
  package mutating func add(assignment: String) {
    var text = ByteBuffer()
    text.append(system: assignment)
    guard let equals = text.view.firstIndex(of: UInt8(ascii: "=")) else {
      return add(word: text.view)
    }
    separate()
    buffer.append(text.view.head(equals + 1))
    if equals + 1 < text.count { buffer.append(shellWord: text.view.slice(equals + 1)) }
  }

  /// Adds a command that prints these bytes.
  ///
  /// It is the shell's own printf, to which the limits of arguments do not apply.
  package mutating func add(printing bytes: ByteView) {
    let isLine = !bytes.isEmpty && bytes[bytes.count - 1] == 0x0A
    let text = isLine ? bytes.head(bytes.count - 1) : bytes
    separate()
    if !text.canBeShown {
      buffer.append("printf ")
      append(format: bytes)
    } else {
      buffer.append(isLine ? "printf '%s\\n' " : "printf %s ")
      buffer.append(shellWord: text)
    }
  }

  /// Adds a remark that does nothing, whatever shell reads it.
  ///
  /// It is in quotes, as it may have a part of a record in it, and an interactive zsh knows no
  /// comments: to that it is a command that is not found.
  package mutating func add(comment: String) {
    add(syntax: "#")
    var text = ByteBuffer()
    text.append(system: comment)
    separate()
    buffer.append("'")
    buffer.append(inQuotes: text.view) { buffer, bytes in buffer.append(octal: bytes) }
    buffer.append("'")
  }

  package mutating func endLine() {
    buffer.append("\n")
    isAtStart = true
  }

  // MARK: Bytes

  private mutating func separate() {
    if !isAtStart { buffer.append(" ") }
    isAtStart = false
  }

  /// Adds a format of printf(1).
  private mutating func append(format bytes: ByteView) {
    buffer.append("'")
    // A format that begins with a dash would be an option.
    let hasDash = bytes[0] == UInt8(ascii: "-")
    if hasDash { buffer.append("\\055") }
    buffer.append(
      inQuotes: hasDash ? bytes.slice(1) : bytes,
      alsoEscaping: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "%") }
    ) { buffer, bytes in
      switch bytes[0] {
      case 0x0A: buffer.append("\\n")
      case UInt8(ascii: "\\"): buffer.append("\\\\")
      case UInt8(ascii: "%"): buffer.append("%%")
      default: buffer.append(octal: bytes)
      }
    }
    buffer.append("'")
  }
}
